#pragma once

#include "vmruntime/share/shares.h"

namespace crimux::vm {

// Shares by the host's virtiofsd, or by QEMU itself (9p).
class HostShares : public Shares {
 public:
  // `virtiofsd`: empty for the first one in the places where distributions have it. uid, gid: whom
  // QEMU runs as.
  HostShares(std::filesystem::path virtiofsd, unsigned uid, unsigned gid);

  // FAILED_PRECONDITION when there is no virtiofsd.
  void Start(const ShareRequest& request) override;
  void Stop(const std::filesystem::path& work_dir) override;
  std::vector<int> Processes(const std::filesystem::path& work_dir) override;

 private:
  const std::filesystem::path virtiofsd_;
  const unsigned uid_;
  const unsigned gid_;
};

}  // namespace crimux::vm
