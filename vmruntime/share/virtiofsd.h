#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/lasting_process.h"
#include "vmruntime/share/shared_mount.h"

namespace crimux::vm {

// The virtiofsd of one VM: serves the tree of its mounts, sees nothing else of the host, and ends
// with its QEMU. It outlives crimuxd, and is found by what lies in the work folder.
class Virtiofsd {
 public:
  // `program`: absolute. `work_dir`: an existing folder of the VM's own.
  Virtiofsd(std::filesystem::path program, std::filesystem::path work_dir);

  // Starts it behind the Unix socket `socket`, which `uid` and `gid` own: QEMU may connect on
  // return, once. Throws Error; leaves nothing then.
  void Start(const std::filesystem::path& socket, unsigned uid, unsigned gid,
             const std::vector<SharedMount>& mounts) const;
  bool Running() const { return Pid().has_value(); }
  std::optional<int> Pid() const;
  // Succeeds when there is none.
  void Stop() const;

 private:
  LastingProcess Process() const;
  std::filesystem::path Tree() const { return work_dir_ / "share"; }

  std::filesystem::path program_;
  std::filesystem::path work_dir_;
};

}  // namespace crimux::vm
