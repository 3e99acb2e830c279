#pragma once

#include <sys/mount.h>

#include <filesystem>
#include <stdexcept>
#include <string>

namespace crimux::vm {

// A file system in memory on `path`, made small by mount options such as "size=65536".
class SmallDisk {
 public:
  SmallDisk(std::filesystem::path path, const std::string& options) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    if (::mount("small", path_.c_str(), "tmpfs", 0, options.c_str()) != 0) {
      throw std::runtime_error("cannot mount a tmpfs; tests run as root");
    }
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() { ::umount2(path_.c_str(), MNT_DETACH); }

  // Gives it other limits; what is on it stays.
  void Resize(const std::string& options) {
    if (::mount("small", path_.c_str(), "tmpfs", MS_REMOUNT, options.c_str()) != 0) {
      throw std::runtime_error("cannot remount a tmpfs");
    }
  }

 private:
  std::filesystem::path path_;
};

}  // namespace crimux::vm
