#pragma once

#include <string>

namespace crimux::vm {

// The serial number under which the guest finds the block device that the pod's manifest has at
// `path` (devicePath). A virtio disk passes on 20 bytes of it, and libvirt takes letters, digits,
// "_" and "-" only. So: the path without its first "/", each other "/" a "-". When that is longer
// than 20 bytes, or has other characters, the first 20 hexadecimal digits of the path's sha256.
//   /dev/data -> dev-data
std::string DiskSerial(const std::string& path);

}  // namespace crimux::vm
