#include "ctl/pod_folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "ctl/kubelet/container_config.h"
#include "ctl/kubelet/names.h"
#include "ctl/kubelet/sandbox_config.h"

namespace crimux::ctl {
namespace {

namespace fs = std::filesystem;

void MakeFolder(const fs::path& path, fs::perms mode) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) fs::permissions(path, mode, error);
  if (error) throw SystemError(error.value(), "make folder", path.string());
}

void RemoveFolder(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw SystemError(error.value(), "remove folder", path.string());
}

bool HasType(const fs::file_status& status, const std::string& type) {
  if (type == "Directory") return fs::is_directory(status);
  if (type == "File") return fs::is_regular_file(status);
  if (type == "Socket") return fs::is_socket(status);
  if (type == "CharDevice") return fs::is_character_file(status);
  return fs::is_block_file(status);
}

void CheckHostPath(const Volume& volume) {
  std::string type = volume.host_path_type;
  if (type.empty()) return;
  std::error_code absent;
  fs::file_status status = fs::status(volume.host_path, absent);
  constexpr std::string_view kOrCreate = "OrCreate";
  if (type.ends_with(kOrCreate)) {
    type.resize(type.size() - kOrCreate.size());
    if (!fs::exists(status) && type == "Directory") {
      return MakeFolder(volume.host_path, fs::perms(0755));
    }
    if (!fs::exists(status)) {
      OpenFile(volume.host_path, O_WRONLY | O_CREAT | O_EXCL, 0644);
      return;
    }
  }
  if (HasType(status, type)) return;
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "mount hostPath", volume.host_path,
              fmt::format("volume \"{}\" wants type {}", volume.name, volume.host_path_type));
}

// What a container has as a device must be one.
void CheckDevices(const Pod& pod) {
  for (const Container& container : pod.containers) {
    for (const VolumeDevice& device : container.volume_devices) {
      const std::string& path = FindVolume(pod, device.volume)->host_path;
      std::error_code absent;
      if (fs::is_block_file(fs::status(path, absent))) continue;
      throw Error(grpc::StatusCode::FAILED_PRECONDITION, "give device", path,
                  fmt::format("volume \"{}\" is no block device", device.volume));
    }
  }
}

// The last part is the pod's own, so a forged annotation can't name just any folder.
void RemoveIfNamed(const runtime::v1::PodSandbox& sandbox, const char* annotation,
                   const std::string& name) {
  auto found = sandbox.annotations().find(annotation);
  if (found == sandbox.annotations().end()) return;
  fs::path path = found->second;
  if (path.is_absolute() && path == path.lexically_normal() && path.filename() == name) {
    RemoveFolder(path);
  }
}

}  // namespace

void MakePodFolders(const Pod& pod, const Node& node, Rollback& rollback) {
  fs::path logs = LogDirectory(pod, node);
  fs::path folder = PodDirectory(pod, node);
  rollback.Add("remove " + logs.string(), [=] { RemoveFolder(logs); });
  rollback.Add("remove " + folder.string(), [=] { RemoveFolder(folder); });
  MakeFolder(logs, fs::perms(0755));
  for (const Container& container : pod.containers) {
    MakeFolder(logs / container.name, fs::perms(0755));
  }
  MakeFolder(folder, fs::perms(0750));
  for (const Volume& volume : pod.volumes) {
    if (volume.host_path.empty()) {
      // Containers of any user write here.
      MakeFolder(EmptyDirectory(pod, volume.name, node), fs::perms(0777));
    } else {
      CheckHostPath(volume);
    }
  }
  CheckDevices(pod);
}

void RemovePodFolders(const runtime::v1::PodSandbox& sandbox) {
  auto manager = sandbox.labels().find(kManagedByLabel);
  if (manager == sandbox.labels().end() || manager->second != kManagedByValue) return;
  const auto& pod = sandbox.metadata();
  RemoveIfNamed(sandbox, kLogDirectoryAnnotation,
                fmt::format("{}_{}_{}", pod.namespace_(), pod.name(), pod.uid()));
  RemoveIfNamed(sandbox, kPodDirectoryAnnotation, pod.uid());
}

}  // namespace crimux::ctl
