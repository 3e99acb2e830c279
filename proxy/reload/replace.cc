#include "proxy/reload/replace.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "proxy/dispatch/list_scope.h"

namespace crimux::proxy {
namespace {

// Who is where a runtime of old is: at its endpoint. By the names of old.
using Successors = std::map<std::string, RuntimePtr>;

Successors FindSuccessors(const std::map<std::string, std::string>& endpoints,
                          const std::vector<RuntimePtr>& runtimes) {
  Successors successors;
  for (const auto& [name, endpoint] : endpoints) {
    for (const RuntimePtr& runtime : runtimes) {
      if (runtime->endpoint() == endpoint) successors[name] = runtime;
    }
  }
  return successors;
}

void Forget(const RuntimePtr& runtime, Backends* backends) {
  backends->owners.Drop(runtime.get());
  backends->images.Drop(runtime.get());
}

// One that has or has lost a prefix is another to the books; its last lists tell what it owns.
void LearnAgain(const RuntimePtr& runtime, Backends* backends) {
  for (const auto& [method, list] : backends->lists.Of(*runtime)) {
    LearnList(MethodNamed(method), runtime, list.answer, backends->owners.Now(), *backends);
  }
}

bool Contains(const std::vector<RuntimePtr>& runtimes, const RuntimePtr& runtime) {
  return std::find(runtimes.begin(), runtimes.end(), runtime) != runtimes.end();
}

std::set<RuntimePtr> AsSet(const std::vector<RuntimePtr>& runtimes) {
  return {runtimes.begin(), runtimes.end()};
}

}  // namespace

void ReplaceRuntimes(const Config& config, RuntimeFactory& factory, Backends* backends) {
  std::map<std::string, std::string> endpoints;
  for (const RuntimePtr& runtime : backends->runtimes) {
    endpoints[runtime->name()] = runtime->endpoint();
  }
  std::vector<RuntimePtr> before = std::exchange(backends->runtimes, factory.Make(config));
  backends->router = Router(config);
  TakeAnswers(config, backends);
  backends->lists.Reassign(FindSuccessors(endpoints, backends->runtimes));
  for (const RuntimePtr& runtime : before) {
    if (!Contains(backends->runtimes, runtime)) Forget(runtime, backends);
  }
  for (const RuntimePtr& runtime : backends->runtimes) {
    if (!Contains(before, runtime)) LearnAgain(runtime, backends);
  }
  if (AsSet(before) == AsSet(backends->runtimes)) return;
  RuntimesWatch::TellAll(backends->watches, "crimux has other runtimes now");
}

void TakeAnswers(const Config& config, Backends* backends) {
  backends->cgroup_driver = config.cgroup_driver;
  backends->runtime_name = config.runtime_name;
  backends->runtime_version = config.runtime_version;
}

}  // namespace crimux::proxy
