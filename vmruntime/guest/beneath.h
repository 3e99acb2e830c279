#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"

namespace crimux::vm {

// Files below one folder, which nothing leads out of: not "..", no absolute link. Links that stay
// below it are followed. What is no regular file, and files of more than 1 MiB (as large as a
// ConfigMap gets), are refused.
class Beneath {
 public:
  // Throws Error (FAILED_PRECONDITION) that names the folder.
  explicit Beneath(const std::filesystem::path& folder);

  // Of a folder below it (empty: itself), sorted; without those that begin with "..", which are the
  // kubelet's.
  std::vector<std::string> Names(const std::filesystem::path& below = {}) const;
  // nullopt: there is none. Throws Error that names the file.
  std::optional<std::string> Read(const std::filesystem::path& name) const;
  bool IsFolder(const std::filesystem::path& name) const;

 private:
  std::filesystem::path folder_;
  UniqueFd fd_;
};

// The same for one file that is a mount by itself.
std::string ReadMountedFile(const std::filesystem::path& file);

}  // namespace crimux::vm
