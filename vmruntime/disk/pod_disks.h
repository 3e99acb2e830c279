#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace crimux::vm {

// The disks that a pod keeps while its containers, and after a reboot its sandboxes, come and go:
//   <folder>/<pod's key>/<container's key>/root-<digest of its image>.qcow2
//                                          disk-<name>.qcow2
// A pod is its uid, not its sandbox. Who works on a pod's folder holds the lock of its key (see
// PodLocks). Throws Error.
class PodDisks {
 public:
  explicit PodDisks(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // 32 hexadecimal digits, from what makes the pod this one.
  static std::string KeyOf(const std::string& uid, const std::string& name_space,
                           const std::string& name);

  // The folder of a container of that pod, by its name in the manifest.
  std::filesystem::path FolderOf(const std::string& pod_key, const std::string& container) const;
  static std::string RootName(const std::string& image_digest);

  // Removes root disks in a container's folder that lie over other images than this one.
  void RemoveOtherRoots(const std::filesystem::path& folder, const std::string& image_digest) const;

  // Whether a kept root disk lies over this image.
  bool UsesImage(const std::string& image_digest) const;

  // The folders of its containers.
  std::vector<std::filesystem::path> FoldersOf(const std::string& pod_key) const;

  // Removes all that the pod has kept. No error when that is nothing.
  void Remove(const std::string& pod_key) const;
  // The pods that have kept something.
  std::vector<std::string> Keys() const;

 private:
  const std::filesystem::path folder_;
};

}  // namespace crimux::vm
