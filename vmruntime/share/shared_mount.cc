#include "vmruntime/share/shared_mount.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/error.h"

namespace crimux::vm {
namespace {

using runtime::v1::Mount;

constexpr std::string_view kOperation = "share mount";
constexpr size_t kLongestName = 255;

[[noreturn]] void Refuse(const Mount& mount, std::string_view reason) {
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, kOperation, mount.container_path(), reason);
}

void CheckPath(const Mount& mount, const std::string& which, const std::string& text) {
  std::filesystem::path path(text);
  if (text.find('\0') != std::string::npos) Refuse(mount, which + " holds a NUL byte");
  if (!path.is_absolute()) Refuse(mount, fmt::format("{} \"{}\" is not absolute", which, text));
  if (std::ranges::count(path, std::filesystem::path("..")) > 0) {
    Refuse(mount, fmt::format("{} \"{}\" holds \"..\"", which, text));
  }
}

void Check(const Mount& mount) {
  if (!mount.image().image().empty()) Refuse(mount, "a VM can't have an image as a volume");
  if (mount.uidmappings_size() + mount.gidmappings_size() > 0) {
    Refuse(mount, "a VM's mounts can't have their ids mapped");
  }
  if (mount.propagation() == runtime::v1::PROPAGATION_BIDIRECTIONAL) {
    Refuse(mount, "what a VM mounts can't appear on the host (mountPropagation: Bidirectional)");
  }
  if (mount.recursive_read_only() && !mount.readonly()) {
    Refuse(mount, "recursive_read_only without readonly");
  }
  CheckPath(mount, "container_path", mount.container_path());
  CheckPath(mount, "host_path", mount.host_path());
}

bool IsDirectory(const Mount& mount) {
  struct stat info {};
  if (::stat(mount.host_path().c_str(), &info) != 0) {
    if (errno != ENOENT) throw SystemError(errno, kOperation, mount.host_path());
    std::error_code error;
    std::filesystem::create_directories(mount.host_path(), error);
    if (error) throw SystemError(error.value(), "create directory", mount.host_path());
    return true;
  }
  if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
    Refuse(mount, fmt::format("{} is neither a directory nor a file: a VM can't share it",
                              mount.host_path()));
  }
  return S_ISDIR(info.st_mode);
}

bool IsPlain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == ':' ||
         c == '_' || c == '.';
}

}  // namespace

std::string ShareName(const std::filesystem::path& path) {
  std::string name;
  for (const std::filesystem::path& part : path.lexically_normal()) {
    if (part.empty() || part == "/") continue;
    if (!name.empty()) name += '-';
    for (char c : part.string()) {
      bool leading_dot = c == '.' && name.empty();
      name += IsPlain(c) && !leading_dot ? std::string(1, c)
                                         : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  if (name.empty()) return "-";
  if (name.size() <= kLongestName) return name;
  std::string hash = fmt::format("-{:016x}", std::hash<std::string>()(name));
  return name.substr(0, kLongestName - hash.size()) + hash;
}

std::vector<SharedMount> SharedMounts(const runtime::v1::ContainerConfig& container) {
  std::vector<SharedMount> mounts;
  std::set<std::string> names;
  for (const Mount& mount : container.mounts()) {
    Check(mount);
    SharedMount shared{
        .host = mount.host_path(),
        .guest = mount.container_path(),
        .name = ShareName(mount.container_path()),
        .readonly = mount.readonly(),
        .recursive_readonly = mount.recursive_read_only(),
        .from_host = mount.propagation() == runtime::v1::PROPAGATION_HOST_TO_CONTAINER};
    if (!names.insert(shared.name).second) Refuse(mount, "there are two mounts at this place");
    shared.is_directory = IsDirectory(mount);
    mounts.push_back(std::move(shared));
  }
  return mounts;
}

}  // namespace crimux::vm
