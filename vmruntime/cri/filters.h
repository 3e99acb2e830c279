#pragma once

#include "runtime/v1/api.pb.h"

namespace crimux::vm {

// ListPodSandbox and ListContainers: every field that the filter sets must match. Ids may be given
// as a prefix.
bool Passes(const runtime::v1::PodSandbox& sandbox, const runtime::v1::PodSandboxFilter& filter);
bool Passes(const runtime::v1::Container& container, const runtime::v1::ContainerFilter& filter);

}  // namespace crimux::vm
