#pragma once

#include <string>
#include <vector>

namespace crimux::vm {

// An entry of a tar, with a name and a kind that nobody checks.
struct TarEntry {
  std::string name;
  std::string content = {};
  enum class Kind { kFile, kFolder, kSymlink, kHardLink, kDevice } kind = Kind::kFile;
  // Of links.
  std::string target = {};
};

std::string TarOf(const std::vector<TarEntry>& entries);

}  // namespace crimux::vm
