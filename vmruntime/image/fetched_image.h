#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace crimux::vm {

// A checked disk image under a temporary name; the file goes when this goes.
class FetchedImage {
 public:
  explicit FetchedImage(std::filesystem::path temporary) : file(std::move(temporary)) {}
  FetchedImage(const FetchedImage&) = delete;
  FetchedImage& operator=(const FetchedImage&) = delete;
  ~FetchedImage() {
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
  }

  const std::filesystem::path file;
  std::string digest;  // "sha256:<64 hex>"
  uint64_t size = 0;
  uint64_t virtual_size = 0;
  std::string format;
};

}  // namespace crimux::vm
