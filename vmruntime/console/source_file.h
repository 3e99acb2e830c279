#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>

#include "base/fd.h"

namespace crimux::vm {

// The file that QEMU appends a console to. QEMU is not trusted: what isn't a plain file with one
// name is refused.
class SourceFile {
 public:
  // nullopt when it is not there (yet). Throws Error.
  static std::optional<SourceFile> Open(const std::filesystem::path& path);

  int fd() const { return fd_.get(); }
  // Throws Error.
  uint64_t Size() const;
  // Up to buffer.size() bytes at `offset`; fewer only at the end. Throws Error.
  std::string_view Read(uint64_t offset, std::span<char> buffer) const;
  // `offset`, or where the first bytes behind it are that were not freed. Throws Error.
  uint64_t FirstDataAt(uint64_t offset) const;
  // Gives the blocks below `offset` back to the file system, in steps large enough to be worth it.
  void FreeBelow(uint64_t offset);

 private:
  SourceFile(UniqueFd fd, std::filesystem::path path);

  UniqueFd fd_;
  std::filesystem::path path_;
  uint64_t freed_ = 0;
  bool can_free_ = true;
};

}  // namespace crimux::vm
