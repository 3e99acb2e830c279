#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "vmruntime/console/checkpoint.h"
#include "vmruntime/console/console_log.h"
#include "vmruntime/console/log_file.h"
#include "vmruntime/console/source_file.h"

namespace crimux::vm {

// Room to work in; consoles that are copied in turn share one.
struct CopyBuffers {
  std::array<char, 65536> chunk;
  std::string lines;
};

// Copies one console into its CRI log, chunk by chunk, each byte exactly once.
//
// The invariant: what lies in the source before offset_ is in the log, as whole entries, and
// nothing else is; a saved checkpoint is such a pair of source offset and log size. An unfinished
// line stays in the source, so a console costs no memory. After a crash the log may be ahead of
// the checkpoint: its entries are counted, and as many are passed over in the source, where the
// same bytes give the same entries. A source is freed only below a saved checkpoint.
//
// Not thread-safe. Functions block on files only. After an Error nothing is lost: call again.
class ConsoleCopy {
 public:
  // Goes on where the checkpoint file says. Throws Error.
  explicit ConsoleCopy(const ConsoleLogSpec& spec);

  // Whether the source is there; opens it when it has appeared. Throws Error.
  bool OpenSource();
  // The open source's descriptor.
  int source_fd() const { return source_->fd(); }

  // Copies up to one chunk. True: there is more. Throws Error when the log can't be written; what
  // could be is counted. The source must be open.
  bool CopyChunk(CopyBuffers& buffers);
  // Copies the unfinished line that the source ends with, after CopyChunk has said false.
  void CopyRest(CopyBuffers& buffers);
  // Bytes of the source that aren't in the log.
  uint64_t Remaining() const;

  // Goes on in a new file at the log's path, unless the path is still that of the present one. On
  // an Error it is still the present one, and no new file is there.
  void Reopen();

 private:
  void PassOver(size_t entries);
  void CheckSourceLength();
  void Write(CopyBuffers& buffers, std::string_view bytes, size_t length);
  void Advance(size_t bytes);
  LogPosition log_position() const { return log_ ? log_->position() : LogPosition{}; }

  const ConsoleLogSpec spec_;
  CheckpointFile checkpoint_;
  std::optional<LogFile> log_;  // none: the console is dropped
  std::optional<SourceFile> source_;
  uint64_t offset_ = 0;
  bool save_failed_ = false;
};

}  // namespace crimux::vm
