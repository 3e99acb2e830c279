#include "proxy/relay/relay.h"

#include <utility>

#include "base/io/io_thread.h"
#include "base/io/stream_url.h"
#include "base/io/tcp_server.h"
#include "base/tickets.h"
#include "proxy/relay/relayed_visit.h"

namespace crimux::proxy {

class Relay::Impl {
 public:
  explicit Impl(const StreamServerConfig& config)
      : idle_timeout_(config.idle_timeout),
        server_(io_.context(), config.address, config.port,
                [this](boost::asio::ip::tcp::socket socket) { return Serve(std::move(socket)); }) {}
  ~Impl() { io_.Stop(); }

  std::string UrlFor(const std::string& runtime_url) {
    return server_.url() + "/stream/" + tickets_.Add(ParseStreamUrl(runtime_url));
  }

 private:
  Awaitable<void> Serve(boost::asio::ip::tcp::socket socket) {
    RelayedVisit visit(std::move(socket), tickets_, idle_timeout_);
    co_await visit.Serve();
  }

  const std::chrono::milliseconds idle_timeout_;
  Tickets<StreamUrl> tickets_;
  IoThread io_;
  TcpServer server_;
};

Relay::Relay(StreamServerConfig config) : config_(std::move(config)) {}

Relay::~Relay() = default;

void Relay::Open() {
  if (!impl_) impl_ = std::make_unique<Impl>(config_);
}

std::string Relay::UrlFor(const std::string& runtime_url) { return impl_->UrlFor(runtime_url); }

}  // namespace crimux::proxy
