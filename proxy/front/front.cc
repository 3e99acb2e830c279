#include "proxy/front/front.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "proxy/front/server_call.h"

namespace crimux::proxy {

void Front::Open() { ServerCall::Arm(*this); }

void Front::WhenIdle(std::function<void()> idle) {
  if (living_ == 0) return idle();
  idle_ = std::move(idle);
}

void Front::Began(OpenCall& call, const Method* method) {
  ++living_;
  book_.Begin(call, method, std::chrono::steady_clock::now());
}

void Front::Ended(OpenCall& call, grpc::StatusCode code, const std::string& path) {
  book_.End(call, code, std::chrono::steady_clock::now());
  if (call.method == nullptr && book_.NoteUnknown(path)) {
    spdlog::warn("a client called {}, which crimux does not know; it was told Unimplemented", path);
  }
}

void Front::Deleted() {
  if (--living_ == 0 && idle_) std::exchange(idle_, nullptr)();
}

}  // namespace crimux::proxy
