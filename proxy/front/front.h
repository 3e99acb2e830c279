#pragma once

#include <functional>

#include "proxy/dispatch/backends.h"
#include "proxy/front/call_book.h"
#include "proxy/front/listener.h"

namespace crimux::proxy {

// Takes calls from the listener and hands them to the dispatcher. Front thread.
class Front {
 public:
  Front(Listener& listener, Backends& backends) : listener_(listener), backends_(backends) {}
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Takes calls from here on, as long as the listener has them.
  void Open();

  // Calls `idle` once there is no call left. To be called after the listener was shut down.
  void WhenIdle(std::function<void()> idle);

  Listener& listener() { return listener_; }
  Backends& backends() { return backends_; }
  const CallBook& book() const { return book_; }

  // For ServerCall. `method` is nullptr for an unknown one; `path` is as it came.
  void Began(OpenCall& call, const Method* method);
  void WentTo(OpenCall& call, const std::string& runtime) { book_.SetRuntime(call, runtime); }
  void Ended(OpenCall& call, grpc::StatusCode code, const std::string& path);
  void Deleted();

 private:
  Listener& listener_;
  Backends& backends_;
  CallBook book_;
  size_t living_ = 0;
  std::function<void()> idle_;
};

}  // namespace crimux::proxy
