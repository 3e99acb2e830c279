#pragma once

#include <filesystem>
#include <vector>

#include "vmruntime/share/shared_mount.h"

namespace crimux::vm {

// The name by which a guest mounts the share: mount -t virtiofs crimux /somewhere.
inline constexpr char kShareTag[] = "crimux";

enum class ShareProtocol { kVirtiofs, k9p };

struct ShareRequest {
  ShareProtocol protocol = ShareProtocol::kVirtiofs;
  // An existing folder of the VM's own; the tree of its mounts appears below it, in "share".
  std::filesystem::path work_dir;
  // Where QEMU will look for virtiofsd.
  std::filesystem::path socket;
  // 9p: give what isn't read-only to QEMU's user first, which reads and writes for the guest.
  bool chown = false;
  std::vector<SharedMount> mounts;
};

// The volumes of VMs.
class Shares {
 public:
  virtual ~Shares() = default;

  // To be called on the thread that starts the machine right after, and then ends: for 9p, QEMU has
  // to see the tree, so the thread gets mounts of its own. Throws Error; leaves nothing then.
  virtual void Start(const ShareRequest& request) = 0;
  // Ends what Start has started for a machine that doesn't run (any more). Any thread; succeeds
  // when there is nothing.
  virtual void Stop(const std::filesystem::path& work_dir) = 0;
  // The processes that serve that machine; their children not counted.
  virtual std::vector<int> Processes(const std::filesystem::path& work_dir) = 0;
};

}  // namespace crimux::vm
