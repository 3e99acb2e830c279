#include <algorithm>

#include "config/config.h"
#include "config/sections.h"

namespace crimux {

std::vector<RuntimeConfig> DefaultRuntimes() {
  RuntimeConfig containerd;
  containerd.name = "containerd";
  containerd.endpoint = "unix:///run/containerd/containerd.sock";
  containerd.is_default = true;
  RuntimeConfig vm;
  vm.name = "vm";
  vm.vm.emplace();
  return {containerd, vm};
}

std::vector<RouteConfig> DefaultRoutes(const std::vector<RuntimeConfig>& runtimes) {
  auto vm = std::find_if(runtimes.begin(), runtimes.end(),
                         [](const RuntimeConfig& runtime) { return runtime.vm.has_value(); });
  if (vm == runtimes.end()) return {};
  std::vector<RouteConfig> routes;
  for (const std::string& handler : vm->vm->handlers) {
    routes.push_back({.runtime = vm->name, .handler = handler});
  }
  routes.push_back({.runtime = vm->name,
                    .annotation = {{"kubernetes.io/target-runtime", {vm->name, "virtlet.cloud"}}}});
  if (!vm->vm->image_prefixes.empty()) {
    routes.push_back({.runtime = vm->name, .image_prefix = vm->vm->image_prefixes});
  }
  return routes;
}

Config DefaultConfig() {
  Config config;
  config.runtimes = DefaultRuntimes();
  config.routes = DefaultRoutes(config.runtimes);
  return config;
}

}  // namespace crimux
