#include "vmruntime/exec/mounted_key.h"

#include <filesystem>

#include "base/error.h"
#include "vmruntime/guest/beneath.h"

namespace crimux::vm {
namespace {

constexpr std::string_view kReadKey = "read SSH key";

[[noreturn]] void Refuse(const std::string& path, std::string_view reason) {
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, kReadKey, path, reason);
}

// Of the mount that `path` lies below, the deepest if there are several.
const runtime::v1::Mount* MountOf(const runtime::v1::ContainerConfig& container,
                                  const std::filesystem::path& path) {
  const runtime::v1::Mount* found = nullptr;
  for (const runtime::v1::Mount& mount : container.mounts()) {
    std::filesystem::path relative = path.lexically_relative(mount.container_path());
    if (relative.empty() || *relative.begin() == "..") continue;
    bool deeper =
        found == nullptr || mount.container_path().size() > found->container_path().size();
    if (deeper) found = &mount;
  }
  return found;
}

std::string ReadIn(const runtime::v1::Mount& mount, const std::filesystem::path& path) {
  std::filesystem::path relative = path.lexically_relative(mount.container_path());
  if (relative == ".") return ReadMountedFile(mount.host_path());
  auto text = Beneath(mount.host_path()).Read(relative);
  if (!text) Refuse(path, "there is no such file in the pod's mount");
  return *text;
}

}  // namespace

SshKey ReadMountedKey(const runtime::v1::ContainerConfig& container, const std::string& path) {
  std::filesystem::path normal = std::filesystem::path(path).lexically_normal();
  const runtime::v1::Mount* mount = MountOf(container, normal);
  if (mount == nullptr) {
    Refuse(path, "none of the container's mounts holds it: mount the Secret that has it");
  }
  SshKey key = ReadPrivateKey(ReadIn(*mount, normal));
  if (!key) Refuse(path, "it is not a private key without a passphrase");
  return key;
}

}  // namespace crimux::vm
