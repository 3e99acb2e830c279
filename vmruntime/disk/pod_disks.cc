#include "vmruntime/disk/pod_disks.h"

#include <system_error>

#include "base/error.h"
#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRoot = "root-";
constexpr size_t kKeyDigits = 32;

// Folders that vanish meanwhile have no entries.
std::vector<fs::path> Entries(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) entries.push_back(entry.path());
  return entries;
}

}  // namespace

std::string PodDisks::KeyOf(const std::string& uid, const std::string& name_space,
                            const std::string& name) {
  const std::string end(1, '\0');
  return Sha256Hex(uid + end + name_space + end + name).substr(0, kKeyDigits);
}

fs::path PodDisks::FolderOf(const std::string& pod_key, const std::string& container) const {
  return folder_ / pod_key / Sha256Hex(container).substr(0, kKeyDigits);
}

std::string PodDisks::RootName(const std::string& image_digest) {
  std::string digest = image_digest.substr(image_digest.find(':') + 1);
  return std::string(kRoot) + digest + ".qcow2";
}

void PodDisks::RemoveOtherRoots(const fs::path& folder, const std::string& image_digest) const {
  for (const fs::path& entry : Entries(folder)) {
    const std::string name = entry.filename();
    if (!name.starts_with(kRoot) || name == RootName(image_digest)) continue;
    std::error_code error;
    fs::remove(entry, error);
    if (error) throw SystemError(error.value(), "remove root disk", entry.string());
  }
}

bool PodDisks::UsesImage(const std::string& image_digest) const {
  const std::string root = RootName(image_digest);
  for (const fs::path& pod : Entries(folder_)) {
    for (const fs::path& container : Entries(pod)) {
      std::error_code error;
      if (fs::exists(container / root, error)) return true;
    }
  }
  return false;
}

std::vector<fs::path> PodDisks::FoldersOf(const std::string& pod_key) const {
  return Entries(folder_ / pod_key);
}

void PodDisks::Remove(const std::string& pod_key) const {
  std::error_code error;
  fs::remove_all(folder_ / pod_key, error);
  if (error) throw SystemError(error.value(), "remove disks of pod", pod_key);
}

std::vector<std::string> PodDisks::Keys() const {
  std::vector<std::string> keys;
  for (const fs::path& pod : Entries(folder_)) keys.push_back(pod.filename());
  return keys;
}

}  // namespace crimux::vm
