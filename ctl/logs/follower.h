#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <string_view>

#include "base/fd.h"

namespace crimux::ctl {

// Reads a log file that grows and is rotated: renamed, and made anew under the same name. Looks
// every `interval`. A file that has been replaced is read to its end before the new one is opened,
// so nothing is left out.
class LogFollower {
 public:
  using Sink = std::function<void(std::string_view bytes)>;

  // Opens the file. Throws Error when it can't be.
  LogFollower(std::filesystem::path path, Sink sink);

  // Reads what is there.
  void ReadAvailable();

  // Reads until `done` says that nothing more will be written, and once more after that. `done` is
  // asked after each look that found nothing.
  void Follow(const std::function<bool()>& done,
              std::chrono::milliseconds interval = std::chrono::milliseconds(100));

 private:
  // True: some bytes were read.
  bool ReadToEnd();
  // True: the name belongs to another file now, which is open.
  bool Reopen();

  std::filesystem::path path_;
  Sink sink_;
  UniqueFd file_;
};

}  // namespace crimux::ctl
