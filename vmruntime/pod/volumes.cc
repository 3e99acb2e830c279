#include "vmruntime/pod/volumes.h"

#include <algorithm>

namespace crimux::vm {
namespace {

bool IsOnlyKubelets(const SharedMount& mount) {
  return mount.guest == "/etc/hosts" || mount.guest == "/dev/termination-log";
}

}  // namespace

std::optional<ShareRequest> VolumesOf(const state::ContainerRecord& container,
                                      const ShareOptions& options, const Layout& layout) {
  if (options.mode == ShareMode::kNone) return std::nullopt;
  std::vector<SharedMount> mounts = SharedMounts(container.config());
  if (std::ranges::all_of(mounts, IsOnlyKubelets)) return std::nullopt;
  return ShareRequest{
      .protocol = options.mode == ShareMode::k9p ? ShareProtocol::k9p : ShareProtocol::kVirtiofs,
      .work_dir = layout.Container(container.id()),
      .socket = layout.ShareSocket(container.id()),
      .chown = options.chown,
      .mounts = std::move(mounts)};
}

std::optional<ShareSpec> ShareDevice(const std::optional<ShareRequest>& volumes) {
  if (!volumes) return std::nullopt;
  if (volumes->protocol == ShareProtocol::k9p) {
    return ShareSpec{.tag = kShareTag, .folder = volumes->work_dir / "share"};
  }
  return ShareSpec{.tag = kShareTag, .socket = volumes->socket};
}

}  // namespace crimux::vm
