#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/file.h"
#include "tests/temporary_dir.h"
#include "vmruntime/guest/pod_mounts.h"

namespace crimux::vm {

// Volumes of a pod as the kubelet lays them out: the files lie in a folder of their own, ..data
// leads there, and each key is a link through it.
class Volumes {
 public:
  // The folder on the node. `plugin`: "kubernetes.io~configmap" or another.
  std::filesystem::path Add(const std::string& plugin, const std::string& name,
                            const std::map<std::string, std::string>& values) {
    std::filesystem::path folder = dir_.path() / "volumes" / plugin / name;
    std::filesystem::create_directories(folder / "..2026");
    std::filesystem::create_symlink("..2026", folder / "..data");
    for (const auto& [key, value] : values) {
      WriteFileAtomically(folder / "..2026" / key, value);
      std::filesystem::create_symlink("..data/" + key, folder / key);
    }
    mounts.push_back({"/run/" + name, folder});
    return folder;
  }
  std::filesystem::path AddConfigMap(const std::string& name,
                                     const std::map<std::string, std::string>& values) {
    return Add("kubernetes.io~configmap", name, values);
  }
  std::filesystem::path AddSecret(const std::string& name,
                                  const std::map<std::string, std::string>& values) {
    return Add("kubernetes.io~secret", name, values);
  }
  const std::filesystem::path& path() const { return dir_.path(); }

  PodMounts mounts;

 private:
  TemporaryDir dir_;
};

}  // namespace crimux::vm
