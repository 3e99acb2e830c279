#pragma once

#include <functional>
#include <string>

#include "config/config.h"
#include "proxy/reload/reload_handler.h"
#include "proxy/runtime/worker_pool.h"
#include "proxy/status/status_server.h"

namespace crimux::proxy {

// Serves POST /reload: 200 with what has changed, 400 with what is wrong in the file, and where;
// 409 for what can't change while crimuxd runs, or while another reload is under way. A thread of
// its own does it, since a file is read and the front thread waited for. Front thread.
class ReloadEndpoint {
 public:
  // `handler` may be empty: 501. `apply` is called on that thread.
  ReloadEndpoint(ReloadHandler handler, std::function<std::string(const Config&)> apply)
      : handler_(std::move(handler)), apply_(std::move(apply)) {}

  void Serve(StatusServer::Answer answer);

 private:
  StatusReply Reload() const;

  ReloadHandler handler_;
  std::function<std::string(const Config&)> apply_;
  // The last member: it ends before what its thread uses.
  WorkerPool worker_{1};
};

}  // namespace crimux::proxy
