#include "vmruntime/streaming/server.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"
#include "vmruntime/io/waiting.h"
#include "vmruntime/streaming/visit.h"

namespace crimux::vm::streaming {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr size_t kMostVisits = 1000;
// Until another connection can be accepted, out of descriptors.
constexpr std::chrono::milliseconds kRetry{100};

tcp::acceptor Listen(asio::io_context& io, const StreamingConfig& config) {
  std::string shown = fmt::format("{}:{}", config.address, config.port);
  try {
    tcp::endpoint endpoint(asio::ip::make_address(config.address), config.port);
    return tcp::acceptor(io, endpoint, /*reuse_addr=*/true);
  } catch (const boost::system::system_error& e) {
    throw Error(grpc::FAILED_PRECONDITION, "listen for streams on", shown, e.code().message());
  }
}

std::string BaseUrl(const tcp::endpoint& endpoint) {
  std::string address = endpoint.address().to_string();
  if (endpoint.address().is_v6()) address = "[" + address + "]";
  return fmt::format("http://{}:{}", address, endpoint.port());
}

void Check(const CommandRequest& request, std::string_view operation) {
  auto fail = [&](std::string_view cause) {
    throw Error(grpc::INVALID_ARGUMENT, operation, request.container_id, cause);
  };
  if (request.container_id.empty()) fail("container_id is empty");
  if (request.tty && request.stderr) fail("tty and stderr exclude each other");
  if (!request.stdin && !request.stdout && !request.stderr) {
    fail("one of stdin, stdout and stderr is wanted");
  }
}

}  // namespace

Server::Server(asio::io_context& io, const StreamingConfig& config, Handlers& handlers,
               SessionTimes times)
    : times_{.creation = times.creation, .idle = config.idle_timeout, .stall = times.stall},
      handlers_(handlers),
      acceptor_(Listen(io, config)),
      base_(BaseUrl(acceptor_.local_endpoint())) {
  asio::co_spawn(io, AcceptAll(), asio::detached);
}

Server::~Server() = default;

Awaitable<void> Server::AcceptAll() {
  for (;;) {
    boost::system::error_code error;
    tcp::socket socket =
        co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      spdlog::warn("streams: accept a connection: {}", error.message());
      co_await Sleep(kRetry);
      continue;
    }
    // Beyond the limit it is closed at once.
    if (visits_ >= kMostVisits) continue;
    asio::co_spawn(acceptor_.get_executor(), Serve(std::move(socket)), asio::detached);
  }
}

Awaitable<void> Server::Serve(tcp::socket socket) {
  ++visits_;
  try {
    socket.set_option(tcp::no_delay(true));
    Visit visit(std::move(socket), tickets_, handlers_, times_);
    co_await visit.Serve();
  } catch (const std::exception& e) {
    spdlog::debug("streams: a session ended: {}", e.what());
  }
  --visits_;
}

std::string Server::ExecUrl(CommandRequest request) {
  Check(request, "exec in container");
  return Url("/exec/", Command{CommandKind::kExec, std::move(request)});
}

std::string Server::AttachUrl(CommandRequest request) {
  Check(request, "attach to container");
  return Url("/attach/", Command{CommandKind::kAttach, std::move(request)});
}

std::string Server::PortForwardUrl(PortForwardRequest request) {
  if (request.sandbox_id.empty()) {
    throw Error(grpc::INVALID_ARGUMENT, "forward ports of", "", "pod_sandbox_id is empty");
  }
  return Url("/portforward/", std::move(request));
}

std::string Server::Url(std::string_view path, Ticket ticket) {
  return base_ + std::string(path) + tickets_.Add(std::move(ticket));
}

}  // namespace crimux::vm::streaming
