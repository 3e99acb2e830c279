#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

#include "base/process.h"

namespace crimux::vm {

// A block device: a loop device over a new file of that many bytes, all zero.
class LoopDevice {
 public:
  LoopDevice(const std::filesystem::path& file, uint64_t size) {
    Run({"truncate", "-s", std::to_string(size), file.string()});
    path_ = Run({"losetup", "--find", "--show", file.string()});
    path_.pop_back();  // the line break
  }
  LoopDevice(const LoopDevice&) = delete;
  LoopDevice& operator=(const LoopDevice&) = delete;
  ~LoopDevice() { RunProcess({.argv = {"losetup", "-d", path_}}); }

  const std::string& path() const { return path_; }

 private:
  static std::string Run(const std::vector<std::string>& argv) {
    ProcessResult result = RunProcess({.argv = argv});
    if (!result.Succeeded()) throw std::runtime_error(argv[0] + ": " + result.Failure());
    return result.out;
  }

  std::string path_;
};

}  // namespace crimux::vm
