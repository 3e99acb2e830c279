#pragma once

#include <filesystem>
#include <string>

#include "config/config.h"

namespace crimux::vm {

// Where libvirt keeps the state of the TPM of the machine with that UUID.
std::filesystem::path TpmState(const VmConfig& config, const std::string& uuid);

// Makes that state unless it is there: swtpm_setup as QEMU's user, which swtpm runs as, too, since
// QEMU connects to its socket. libvirt, which finds it done, would have certificates made as well,
// in a folder of the host that only another user may write. Throws Error; nothing is left then.
void PrepareTpmState(const VmConfig& config, const std::string& uuid);

}  // namespace crimux::vm
