#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runtime/v1/api.pb.h"

namespace crimux::vm {

// One mount of a container: a directory or file of the host that the guest shall see.
struct SharedMount {
  std::filesystem::path host;
  // Where the manifest wants it.
  std::filesystem::path guest;
  // What it is called in the share: one path component (see ShareName).
  std::string name;
  bool is_directory = true;
  bool readonly = false;
  // Mounts below it are read-only too (CRI: recursive_read_only).
  bool recursive_readonly = false;
  // Mounts that the host makes below it later are seen (CRI: PROPAGATION_HOST_TO_CONTAINER).
  bool from_host = false;

  bool operator==(const SharedMount&) const = default;
};

// The mounts of a container, in the manifest's order. A host path that isn't there becomes a
// directory, as other runtimes have it. Throws Error that names the mount: INVALID_ARGUMENT for
// what a VM can't have (an image as a volume, id mappings, bidirectional propagation, a device,
// socket or pipe, a relative path, two mounts at one place), INTERNAL when the host path can't be
// looked at.
std::vector<SharedMount> SharedMounts(const runtime::v1::ContainerConfig& container);

// A path as one component, as `systemd-escape --path` makes it: "/etc/my config" is
// "etc-my\x20config". A result over 255 bytes ends with a hash instead.
std::string ShareName(const std::filesystem::path& path);

}  // namespace crimux::vm
