#include "proxy/dispatch/backends.h"

#include <utility>

#include "proxy/dispatch/list_scope.h"

namespace crimux::proxy {

Backends::Backends(Loop& loop, std::vector<RuntimePtr> all, Router routes, ListStore& store)
    : runtimes(std::move(all)), router(std::move(routes)), lists(store), overdue(loop) {
  for (const RuntimePtr& runtime : runtimes) {
    for (const auto& [method, list] : lists.Load(*runtime)) {
      LearnList(MethodNamed(method), runtime, list.answer, owners.Now(), *this);
    }
  }
}

RuntimePtr Backends::Find(std::string_view name) const {
  for (const RuntimePtr& runtime : runtimes) {
    if (runtime->name() == name) return runtime;
  }
  return nullptr;
}

RuntimePtr Backends::Find(const Runtime* runtime) const {
  for (const RuntimePtr& candidate : runtimes) {
    if (candidate.get() == runtime) return candidate;
  }
  return nullptr;
}

RuntimeState Backends::StateOf(const Runtime& runtime) const {
  RuntimeState state = runtime.health().state;
  return state == RuntimeState::kUp && overdue.IsSlow(runtime) ? RuntimeState::kSlow : state;
}

}  // namespace crimux::proxy
