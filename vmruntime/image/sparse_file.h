#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace crimux::vm {

// A new file of mode 0644 in which runs of zeros take no room.
class SparseFile {
 public:
  struct Spec {
    std::filesystem::path file;
    // What errors say was tried, and on what.
    std::string_view operation;
    std::string shown;
    // Bytes.
    uint64_t size_limit = 0;
  };

  explicit SparseFile(Spec spec);

  // Throws Error (RESOURCE_EXHAUSTED): over the limit, disk full.
  void Write(std::string_view bytes);
  // Zeros.
  void Skip(uint64_t bytes);
  void Finish();
  uint64_t size() const { return size_; }

 private:
  void Grow(uint64_t bytes) const;
  void Check(bool good) const;

  const Spec spec_;
  UniqueFd fd_;
  uint64_t size_ = 0;
};

}  // namespace crimux::vm
