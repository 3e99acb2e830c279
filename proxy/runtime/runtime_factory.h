#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "proxy/loop/loop.h"
#include "proxy/relay/relay.h"
#include "proxy/runtime/embedded_service.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// Makes the runtimes of a config, and those of the next one out of them: what has the same
// endpoint, and the VM runtime, goes on with its connection and its calls, and only takes the new
// settings. It knows the runtimes that it made, but doesn't keep them alive. Front thread.
class RuntimeFactory {
 public:
  // `embedded` has a service for each runtime without an endpoint, by name.
  RuntimeFactory(Loop& loop, std::map<std::string, EmbeddedService> embedded, Relay& relay)
      : loop_(loop), embedded_(std::move(embedded)), relay_(relay) {}

  // In the order of the config, the default first. Throws Error (INVALID_ARGUMENT), with nothing
  // changed, when one has neither an endpoint nor a service; (FAILED_PRECONDITION) when streams are
  // to be relayed, and the address for it can't be had.
  std::vector<RuntimePtr> Make(const Config& config);

 private:
  struct Made {
    // To the socket or the service.
    std::weak_ptr<Runtime> backend;
    // What stands before it to the rest of the proxy: itself, or what changes its answers.
    std::weak_ptr<Runtime> front;
    std::string prefix;
    bool relayed = false;
  };

  void Check(const RuntimeConfig& config) const;
  RuntimePtr MakeOne(const RuntimeConfig& config);
  RuntimePtr Front(const RuntimeConfig& config, RuntimePtr backend);
  RuntimePtr Backend(const RuntimeConfig& config, const Made& made);

  Loop& loop_;
  std::map<std::string, EmbeddedService> embedded_;
  Relay& relay_;
  // By endpoint; "" is the VM runtime.
  std::map<std::string, Made> made_;
};

}  // namespace crimux::proxy
