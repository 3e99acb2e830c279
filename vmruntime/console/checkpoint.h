#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "base/fd.h"

namespace crimux::vm {

// A place in a log file: which file, and how much of it.
struct LogPosition {
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t size = 0;

  bool SameFile(const LogPosition& other) const {
    return device == other.device && inode == other.inode;
  }
};

// How far a console has come: what lies before `source_offset` is in the log up to `log`.
struct Checkpoint {
  uint64_t source_offset = 0;
  LogPosition log;
};

// Keeps a checkpoint in a small file of two slots that are written in turn, each with a sequence
// number and a checksum: a save that was cut short leaves the one before. Saves cost one write and
// aren't synced: they survive the death of the process; after a power loss the page cache decides,
// for this file as for the log. The room is taken at the start, so that a disk that fills up later
// doesn't matter.
class CheckpointFile {
 public:
  // Opens or creates it. Throws Error.
  explicit CheckpointFile(const std::filesystem::path& path);

  // What was saved last, here or by the process before; nullopt: nothing yet.
  const std::optional<Checkpoint>& saved() const { return saved_; }
  // Throws Error; the last one saved is then still there.
  void Save(const Checkpoint& checkpoint);

 private:
  void Load();

  std::filesystem::path path_;
  UniqueFd fd_;
  uint64_t sequence_ = 0;
  std::optional<Checkpoint> saved_;
};

}  // namespace crimux::vm
