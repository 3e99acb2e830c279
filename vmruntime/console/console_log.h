#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace crimux::vm {

struct ConsoleLogSpec {
  std::string container_id;
  // What QEMU appends the console to. Need not be there yet.
  std::filesystem::path source;
  // The container's CRI log. Empty: the console is read and dropped.
  std::filesystem::path log;
  // Where the follower keeps how far it has come; beside `source`.
  std::filesystem::path checkpoint;
  // QEMU's Unix socket of the console, for SharedConsoles.
  std::filesystem::path socket;
};

// Turns consoles into CRI logs (`<RFC 3339 time> stdout F|P <text>`), each byte of a console
// exactly once, across restarts and crashes of crimuxd: what a crash has left in the log is
// counted, not written again. Frees what it has read from the source (hole punching). A log that
// cannot be written (full disk) is tried again later; nothing is lost meanwhile. Thread: all
// methods from any thread; the work is done on one io thread that it owns.
class ConsoleLogs {
 public:
  virtual ~ConsoleLogs() = default;

  // Follows a console until Finish or Forget. Throws Error when the log's folder cannot be used.
  virtual void Follow(const ConsoleLogSpec& spec) = 0;
  // The VM has ended: writes what is left of the console, the unfinished last line too, closes the
  // log, then returns. No effect for an id that isn't followed.
  virtual void Finish(const std::string& container_id) = 0;
  // Closes the log and forgets the console without writing the rest.
  virtual void Forget(const std::string& container_id) = 0;
  // ReopenContainerLog: the log was renamed; goes on in a new file at the same path. On an Error no
  // new file is left and the old one is still being written. Throws FAILED_PRECONDITION for an id
  // that isn't followed.
  virtual void Reopen(const std::string& container_id) = 0;
};

}  // namespace crimux::vm
