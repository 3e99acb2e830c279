#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/config.h"
#include "proxy/runtime/embedded_service.h"
#include "vmruntime/cri/vm_runtime.h"

namespace crimux {

// The runtimes that live in this process, started: those of the config that have `vm`. To outlive
// the Proxy that calls them. The constructor throws Error when one can't start.
class Backends {
 public:
  explicit Backends(const Config& config);

  // By runtime name.
  std::map<std::string, proxy::EmbeddedService> Services();

 private:
  std::map<std::string, std::unique_ptr<vm::VmRuntime>> runtimes_;
};

}  // namespace crimux
