#pragma once

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "base/fd.h"
#include "vmruntime/console/checkpoint.h"

namespace crimux::vm {

// Names a file without opening it (and without following a link); all zero when there is none.
LogPosition PositionOf(const std::filesystem::path& path);

// A CRI log that is being written. It only ever holds whole lines: what a full disk cuts off in
// the middle of one is taken back.
class LogFile {
 public:
  struct Appended {
    size_t size = 0;       // bytes that are in the log now; whole lines
    int error_number = 0;  // why it isn't all; 0: it is
  };

  // Opens the log for appending, or creates it (mode 0640). Never follows a link. Throws Error.
  explicit LogFile(const std::filesystem::path& path);

  // Appends `lines`, or as many of them as can be written.
  Appended Append(std::string_view lines);
  // The complete lines after the first `size` bytes; a torn last one is cut off. Throws Error.
  size_t CountLinesAfter(uint64_t size);

  const LogPosition& position() const { return position_; }
  // Whether the constructor created the file.
  bool created() const { return created_; }

 private:
  bool CutTo(uint64_t size);

  std::filesystem::path path_;
  bool created_ = false;  // before fd_, whose opening sets it
  UniqueFd fd_;
  // Something may lie behind position_.size that is not ours to keep.
  bool torn_ = false;
  LogPosition position_;
};

}  // namespace crimux::vm
