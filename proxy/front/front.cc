#include "proxy/front/front.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "proxy/front/server_call.h"

namespace crimux::proxy {

void Front::Open() {
  listener_.Open([this](UniqueFd socket) { Welcome(std::move(socket)); });
}

void Front::Welcome(UniqueFd socket) {
  http2::Connection::Events events;
  events.opened = [this] { return new ServerCall(*this); };
  events.closed = [this](http2::Connection& client, const std::string&) { Gone(client); };
  clients_.insert(http2::Connection::Serve(loop_, std::move(socket), std::move(events)));
}

void Front::Gone(http2::Connection& client) {
  clients_.erase(client.shared_from_this());
  if (clients_.empty() && idle_) std::exchange(idle_, nullptr)();
}

void Front::Drain(std::function<void()> idle) {
  listener_.Close();
  if (clients_.empty()) return idle();
  idle_ = std::move(idle);
  for (const Client& client : clients_) client->GoAway();
}

void Front::CloseAll() {
  auto clients = std::exchange(clients_, {});
  for (const Client& client : clients) client->Close();
  if (auto idle = std::exchange(idle_, nullptr)) idle();
}

void Front::Began(OpenCall& call, const Method* method) {
  book_.Begin(call, method, std::chrono::steady_clock::now());
}

void Front::Ended(OpenCall& call, grpc::StatusCode code, const std::string& path) {
  book_.End(call, code, std::chrono::steady_clock::now());
  if (call.method == nullptr && book_.NoteUnknown(path)) {
    spdlog::warn("a client called {}, which crimux does not know; it was told Unimplemented", path);
  }
}

}  // namespace crimux::proxy
