#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace crimux::vm {

// The living QEMU process of a machine under this driver root, from libvirt's pid file. A pid that
// the kernel has given to another program since does not count, nor does a zombie.
std::optional<int> FindQemuProcess(const std::filesystem::path& driver_root,
                                   const std::string& machine);

// The living swtpm that keeps its state below this folder (see TpmState). Looks through all
// processes, unless the folder isn't there.
std::optional<int> FindSwtpmProcess(const std::filesystem::path& tpm_state);

}  // namespace crimux::vm
