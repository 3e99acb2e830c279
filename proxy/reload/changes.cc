#include "proxy/reload/changes.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace crimux::proxy {
namespace {

[[noreturn]] void Refuse(std::string_view key, std::string_view why) {
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "reload the config", key,
              fmt::format("{}; restart crimuxd for it", why));
}

void RequireSame(std::string_view key, const std::string& running, const std::string& next) {
  if (running == next) return;
  Refuse(key, fmt::format("it can't change from {} to {} while crimuxd runs", running, next));
}

const RuntimeConfig* VmRuntime(const Config& config) {
  auto found = std::find_if(config.runtimes.begin(), config.runtimes.end(),
                            [](const RuntimeConfig& runtime) { return runtime.vm.has_value(); });
  return found == config.runtimes.end() ? nullptr : &*found;
}

const RuntimeConfig* Named(const Config& config, const std::string& name) {
  auto found = std::find_if(config.runtimes.begin(), config.runtimes.end(),
                            [&](const RuntimeConfig& runtime) { return runtime.name == name; });
  return found == config.runtimes.end() ? nullptr : &*found;
}

std::vector<std::string> Order(const Config& config) {
  std::vector<std::string> names;
  for (const RuntimeConfig& runtime : config.runtimes) names.push_back(runtime.name);
  return names;
}

void AddRuntimeChanges(const Config& running, const Config& next,
                       std::vector<std::string>* changes) {
  size_t before = changes->size();
  for (const RuntimeConfig& runtime : next.runtimes) {
    const RuntimeConfig* old = Named(running, runtime.name);
    if (old == nullptr) changes->push_back(fmt::format("runtime {} added", runtime.name));
    if (old != nullptr && *old != runtime) {
      changes->push_back(fmt::format("runtime {} changed", runtime.name));
    }
  }
  for (const RuntimeConfig& runtime : running.runtimes) {
    if (Named(next, runtime.name) != nullptr) continue;
    changes->push_back(fmt::format("runtime {} removed", runtime.name));
  }
  bool same = before == changes->size();
  if (same && Order(running) != Order(next)) changes->push_back("order of runtimes changed");
}

}  // namespace

void CheckReloadable(const Config& running, const Config& next) {
  RequireSame("listen", running.listen.string(), next.listen.string());
  RequireSame("status", running.status.string(), next.status.string());
  RequireSame("lastKnownDir", running.last_known_dir.string(), next.last_known_dir.string());
  if (running.streaming != next.streaming) {
    Refuse("streaming", "the section can't change while crimuxd runs");
  }
  const RuntimeConfig* had = VmRuntime(running);
  const RuntimeConfig* has = VmRuntime(next);
  if (had == nullptr && has == nullptr) return;
  if (had == nullptr) Refuse("runtimes", "the VM runtime can't be added while crimuxd runs");
  if (has == nullptr) Refuse("runtimes", "the VM runtime can't be removed while crimuxd runs");
  if (had->vm != has->vm) {
    Refuse("vm",
           fmt::format("the section of runtime {} can't change while crimuxd runs", has->name));
  }
}

std::string DescribeChanges(const Config& running, const Config& next) {
  std::vector<std::string> changes;
  AddRuntimeChanges(running, next, &changes);
  auto add = [&](bool changed, const char* what) {
    if (changed) changes.push_back(fmt::format("{} changed", what));
  };
  add(running.routes != next.routes, "routes");
  add(running.log_level != next.log_level, "logLevel");
  add(running.drain_timeout != next.drain_timeout, "drainTimeout");
  add(running.cgroup_driver != next.cgroup_driver, "cgroupDriver");
  add(running.runtime_name != next.runtime_name || running.runtime_version != next.runtime_version,
      "version");
  if (changes.empty()) return "nothing changed";
  return fmt::format("{}", fmt::join(changes, "; "));
}

}  // namespace crimux::proxy
