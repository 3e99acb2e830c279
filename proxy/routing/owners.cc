#include "proxy/routing/owners.h"

#include <algorithm>

namespace crimux::proxy {

Runtime* Owners::Find(Object kind, const std::string& id) const {
  auto found = Of(kind).find(id);
  return found == Of(kind).end() ? nullptr : found->second.runtime;
}

void Owners::Learn(Object kind, std::string id, Runtime* runtime) {
  if (id.empty()) return;
  Of(kind).insert_or_assign(std::move(id), Owner{runtime, ++now_});
}

void Owners::Forget(Object kind, const std::string& id) { Of(kind).erase(id); }

void Owners::LearnList(Object kind, Runtime* runtime, const std::vector<std::string_view>& ids,
                       Moment since) {
  Moment seen = ++now_;
  Map& owners = Of(kind);
  for (std::string_view id : ids) {
    if (id.empty()) continue;
    auto found = owners.find(id);
    if (found == owners.end()) {
      owners.emplace(std::string(id), Owner{runtime, seen});
    } else {
      found->second = {runtime, seen};
    }
  }
  std::erase_if(owners, [&](const auto& entry) {
    return entry.second.runtime == runtime && entry.second.learned <= since;
  });
}

void Owners::Drop(const Runtime* runtime) {
  for (Map* owners : {&sandboxes_, &containers_}) {
    std::erase_if(*owners, [&](const auto& entry) { return entry.second.runtime == runtime; });
  }
}

size_t Owners::Count(Object kind, const Runtime* runtime) const {
  const Map& owners = Of(kind);
  return static_cast<size_t>(std::count_if(owners.begin(), owners.end(), [&](const auto& entry) {
    return entry.second.runtime == runtime;
  }));
}

std::vector<std::string> Owners::Ids(Object kind, const Runtime* runtime) const {
  std::vector<std::string> ids;
  for (const auto& [id, owner] : Of(kind)) {
    if (owner.runtime == runtime) ids.push_back(id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace crimux::proxy
