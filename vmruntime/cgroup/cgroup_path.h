#pragma once

#include <filesystem>
#include <string>

namespace crimux::vm {

// Where cgroups lie, as absolute paths below the root of each hierarchy. `parent` is the pod's
// `cgroup_parent` in either of the kubelet's forms: a path ("/kubepods/burstable/pod7", driver
// cgroupfs) or the name of a slice ("kubepods-burstable-pod7.slice", driver systemd), which lies
// inside the slices that its name begins with. Empty: "/crimux-<sandbox>". Throws Error
// (INVALID_ARGUMENT) for anything else.
std::filesystem::path PodCgroup(const std::string& parent, const std::string& sandbox_id);

// The container's below it: "<id>", or "crimux-<id>.scope" in a slice, by which cAdvisor and log
// collectors find the id.
std::filesystem::path ContainerCgroup(const std::string& parent, const std::string& sandbox_id,
                                      const std::string& container_id);

}  // namespace crimux::vm
