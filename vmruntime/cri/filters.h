#pragma once

#include "runtime/v1/api.pb.h"
#include "vmruntime/state/records.pb.h"

namespace crimux::vm {

// Lists of pods and containers, and of their statistics: every field that the filter sets must
// match. Ids may be given as a prefix.
bool Passes(const runtime::v1::PodSandbox& sandbox, const runtime::v1::PodSandboxFilter& filter);
bool Passes(const runtime::v1::Container& container, const runtime::v1::ContainerFilter& filter);
bool Passes(const state::SandboxRecord& sandbox, const runtime::v1::PodSandboxStatsFilter& filter);
bool Passes(const state::ContainerRecord& container,
            const runtime::v1::ContainerStatsFilter& filter);

}  // namespace crimux::vm
