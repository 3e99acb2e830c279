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

void Front::Began() {
  ++living_;
  book_.Begin();
}

void Front::Ended(const Method* method, grpc::StatusCode code, const std::string& path) {
  if (method != nullptr) {
    book_.End(*method, code);
  } else if (book_.EndUnknown(path)) {
    spdlog::warn("a client called {}, which crimux does not know; it was told Unimplemented", path);
  }
}

void Front::Deleted() {
  if (--living_ == 0 && idle_) std::exchange(idle_, nullptr)();
}

}  // namespace crimux::proxy
