#include "vmruntime/guest/written_mounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "vmruntime/guest/beneath.h"

namespace crimux::vm {
namespace {

constexpr size_t kMostInAll = 8 << 20;
constexpr int kMostLevels = 16;

// Folders of the kubelet: its volumes' kinds, and single files of volumes of any kind.
constexpr std::string_view kConfigMaps = "kubernetes.io~configmap";
constexpr std::string_view kSecrets = "kubernetes.io~secret";
constexpr std::string_view kSubPaths = "volume-subpaths";

bool Has(const std::filesystem::path& path, std::string_view part) {
  return std::ranges::any_of(path, [&](const auto& name) { return name == part; });
}

class MountWriter {
 public:
  explicit MountWriter(std::vector<GuestFile>* files) : files_(files) {}

  void Add(const PodMount& mount) {
    // Of a single file nobody says whether it is a Secret's.
    mode_ = Has(mount.host_path, kConfigMaps) ? 0644 : 0600;
    if (std::filesystem::is_directory(mount.host_path)) {
      AddFolder(Beneath(mount.host_path), "", mount.container_path, 0);
    } else {
      AddFile(mount.container_path, ReadMountedFile(mount.host_path));
    }
  }

 private:
  void AddFolder(const Beneath& root, const std::filesystem::path& below,
                 const std::filesystem::path& to, int level) {
    if (level > kMostLevels) return;
    for (const std::string& name : root.Names(below)) {
      if (root.IsFolder(below / name)) {
        AddFolder(root, below / name, to / name, level + 1);
      } else if (auto content = root.Read(below / name)) {
        AddFile(to / name, *std::move(content));
      }
    }
  }

  void AddFile(const std::filesystem::path& path, std::string content) {
    bytes_ += content.size();
    if (bytes_ > kMostInAll) {
      throw Error(grpc::StatusCode::INVALID_ARGUMENT, "write mounts into the guest", path.string(),
                  "all files together are larger than 8 MiB");
    }
    files_->push_back({path.string(), std::move(content), mode_});
  }

  std::vector<GuestFile>* files_;
  unsigned mode_ = 0600;
  size_t bytes_ = 0;
};

}  // namespace

bool IsWrittenMount(const std::filesystem::path& host_path) {
  if (Has(host_path, kConfigMaps) || Has(host_path, kSecrets)) return true;
  return Has(host_path, kSubPaths) && !std::filesystem::is_directory(host_path);
}

void AddWrittenMounts(const PodMounts& mounts, std::vector<GuestFile>* files) {
  MountWriter writer(files);
  for (const PodMount& mount : mounts) {
    if (IsWrittenMount(mount.host_path)) writer.Add(mount);
  }
}

}  // namespace crimux::vm
