#pragma once

#include <functional>

#include "proxy/runtime/remote_runtime.h"

namespace crimux::proxy {

// After a call was answered UNIMPLEMENTED: finds out whether the runtime lacks that method or the
// whole API, by asking Version in the same API and, if that is UNIMPLEMENTED too, in the other one.
class RemoteRuntime::ApiCheck {
 public:
  // `done` may destroy the check; `again` says that calls are now sent in the other API and that
  // this one is worth it. Never called from inside the constructor.
  using Done = std::function<void(bool again)>;

  ApiCheck(RemoteRuntime& runtime, Api used, Deadline deadline, Done done);

 private:
  void Ask(Api api);
  void Take(Api asked, const grpc::Status& status);
  void End(bool again);

  RemoteRuntime& runtime_;
  Api used_;
  Deadline deadline_;
  Done done_;
  CallHandle call_;
};

}  // namespace crimux::proxy
