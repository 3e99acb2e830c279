#include "vmruntime/share/host_shares.h"

#include <unistd.h>

#include <utility>

#include "base/error.h"
#include "vmruntime/share/chown_tree.h"
#include "vmruntime/share/share_tree.h"
#include "vmruntime/share/virtiofsd.h"

namespace crimux::vm {
namespace {

std::filesystem::path FindVirtiofsd(const std::filesystem::path& configured) {
  if (!configured.empty()) return configured;
  for (const char* path : {"/usr/libexec/virtiofsd", "/usr/lib/qemu/virtiofsd"}) {
    if (::access(path, X_OK) == 0) return path;
  }
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "share mounts with", "virtiofsd",
              "it is not installed (the package virtiofsd or qemu-system-common has it)");
}

void Give(const std::vector<SharedMount>& mounts, unsigned uid, unsigned gid) {
  for (const SharedMount& mount : mounts) {
    if (!mount.readonly) ChownTree(mount.host, uid, gid);
  }
}

}  // namespace

HostShares::HostShares(std::filesystem::path virtiofsd, unsigned uid, unsigned gid)
    : virtiofsd_(std::move(virtiofsd)), uid_(uid), gid_(gid) {}

void HostShares::Start(const ShareRequest& request) {
  if (request.protocol == ShareProtocol::kVirtiofs) {
    Virtiofsd daemon(FindVirtiofsd(virtiofsd_), request.work_dir);
    return daemon.Start(request.socket, uid_, gid_, request.mounts);
  }
  if (request.chown) Give(request.mounts, uid_, gid_);
  std::filesystem::path tree = request.work_dir / "share";
  std::filesystem::create_directory(tree);
  EnterPrivateMounts();
  MakeShareTree(tree, request.mounts);
}

void HostShares::Stop(const std::filesystem::path& work_dir) { Virtiofsd("", work_dir).Stop(); }

std::vector<int> HostShares::Processes(const std::filesystem::path& work_dir) {
  std::optional<int> pid = Virtiofsd("", work_dir).Pid();
  return pid ? std::vector<int>{*pid} : std::vector<int>{};
}

}  // namespace crimux::vm
