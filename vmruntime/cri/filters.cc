#include "vmruntime/cri/filters.h"

#include <algorithm>

namespace crimux::vm {
namespace {

using Labels = google::protobuf::Map<std::string, std::string>;

bool Matches(const Labels& labels, const Labels& selector) {
  return std::ranges::all_of(selector, [&](const auto& wanted) {
    auto found = labels.find(wanted.first);
    return found != labels.end() && found->second == wanted.second;
  });
}

}  // namespace

bool Passes(const runtime::v1::PodSandbox& sandbox, const runtime::v1::PodSandboxFilter& filter) {
  if (!sandbox.id().starts_with(filter.id())) return false;
  if (filter.has_state() && sandbox.state() != filter.state().state()) return false;
  return Matches(sandbox.labels(), filter.label_selector());
}

bool Passes(const runtime::v1::Container& container, const runtime::v1::ContainerFilter& filter) {
  if (!container.id().starts_with(filter.id())) return false;
  if (!container.pod_sandbox_id().starts_with(filter.pod_sandbox_id())) return false;
  if (filter.has_state() && container.state() != filter.state().state()) return false;
  return Matches(container.labels(), filter.label_selector());
}

bool Passes(const state::SandboxRecord& sandbox, const runtime::v1::PodSandboxStatsFilter& filter) {
  if (!sandbox.id().starts_with(filter.id())) return false;
  return Matches(sandbox.config().labels(), filter.label_selector());
}

bool Passes(const state::ContainerRecord& container,
            const runtime::v1::ContainerStatsFilter& filter) {
  if (!container.id().starts_with(filter.id())) return false;
  if (!container.sandbox_id().starts_with(filter.pod_sandbox_id())) return false;
  return Matches(container.config().labels(), filter.label_selector());
}

}  // namespace crimux::vm
