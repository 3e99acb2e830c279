#include "ctl/cri/containers.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/error.h"
#include "ctl/cri/pods.h"

namespace crimux::ctl {

using runtime::v1::Container;

Container FindContainer(CriClient& client, const std::string& pod, const std::string& name) {
  std::vector<Container> all = ListContainers(client, FindSandbox(client, pod).id());
  std::vector<std::string> names;
  const Container* chosen = nullptr;
  for (const Container& container : all) {
    const std::string& own = container.metadata().name();
    if (std::find(names.begin(), names.end(), own) == names.end()) names.push_back(own);
    if (!name.empty() && own != name) continue;
    if (chosen == nullptr || container.created_at() > chosen->created_at()) chosen = &container;
  }
  if (chosen == nullptr) {
    std::string there = names.empty() ? "no container" : fmt::format("{}", fmt::join(names, ", "));
    throw Error(grpc::StatusCode::NOT_FOUND, "find container", name,
                fmt::format("pod \"{}\" has {}", pod, there));
  }
  if (name.empty() && names.size() > 1) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "choose a container of", pod,
                fmt::format("name one of {}", fmt::join(names, ", ")));
  }
  return *chosen;
}

}  // namespace crimux::ctl
