#include "proxy/dispatch/backends.h"

namespace crimux::proxy {

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

}  // namespace crimux::proxy
