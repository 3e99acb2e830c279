#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace crimux::vm {

// Makes a file and the folders above it.
inline void MakeFile(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

}  // namespace crimux::vm
