#include "proxy/status/pages.h"

namespace crimux::proxy {
namespace {

namespace json = boost::json;

void AddIds(const Backends& backends, Object kind, std::string_view kind_name, json::array* all) {
  for (const RuntimePtr& runtime : backends.runtimes) {
    for (const std::string& id : backends.owners.Ids(kind, runtime.get())) {
      all->push_back({{"kind", kind_name}, {"id", id}, {"runtime", runtime->name()}});
    }
  }
}

}  // namespace

json::object OwnersPage(const Backends& backends) {
  json::array owners;
  AddIds(backends, Object::kSandbox, "sandbox", &owners);
  AddIds(backends, Object::kContainer, "container", &owners);
  return {{"owners", std::move(owners)}};
}

}  // namespace crimux::proxy
