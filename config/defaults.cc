#include <algorithm>
#include <utility>

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

void AddPrefixRoutes(const std::vector<RuntimeConfig>& runtimes, std::vector<RouteConfig>* routes) {
  for (const RuntimeConfig& runtime : runtimes) {
    if (runtime.image_prefix.empty()) continue;
    RouteConfig route{.runtime = runtime.name, .image_prefix = {runtime.image_prefix}};
    bool there = std::find(routes->begin(), routes->end(), route) != routes->end();
    if (!there) routes->push_back(std::move(route));
  }
}

Config DefaultConfig() {
  Config config;
  config.runtimes = DefaultRuntimes();
  config.routes = DefaultRoutes(config.runtimes);
  return config;
}

}  // namespace crimux
