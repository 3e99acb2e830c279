#pragma once

#include <map>
#include <string>
#include <vector>

#include "proxy/runtime/embedded_service.h"
#include "proxy/runtime/worker_pool.h"
#include "proxy/status/endpoints.h"

namespace crimux::proxy {

// The pages that the runtimes of this process bring along. Each is made on a worker, where it may
// block. Front thread; to be destroyed before the status server.
class EmbeddedPages {
 public:
  explicit EmbeddedPages(const std::map<std::string, EmbeddedService>& services);

  // Puts them into the table, which asks this object from then on.
  void AddTo(Endpoints* endpoints);

 private:
  std::vector<EmbeddedPage> pages_;
  // The last member: it ends before what its threads use.
  WorkerPool workers_{8};
};

}  // namespace crimux::proxy
