#include "vmruntime/console/console_copy.h"

#include <absl/cleanup/cleanup.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "base/error.h"
#include "vmruntime/console/entry.h"
#include "vmruntime/console/log_resume.h"

namespace crimux::vm {

ConsoleCopy::ConsoleCopy(const ConsoleLogSpec& spec) : spec_(spec), checkpoint_(spec.checkpoint) {
  const std::optional<Checkpoint>& saved = checkpoint_.saved();
  size_t unsaved_entries = 0;
  if (saved) offset_ = saved->source_offset;
  if (!spec_.log.empty()) {
    ResumedLog resumed = ResumeLog(spec_.log, saved);
    log_.emplace(std::move(resumed.file));
    unsaved_entries = resumed.unsaved_entries;
  }
  const uint64_t saved_offset = offset_;
  OpenSource();
  if (offset_ == saved_offset) PassOver(unsaved_entries);
  checkpoint_.Save({offset_, log_position()});
}

bool ConsoleCopy::OpenSource() {
  if (source_) return true;
  source_ = SourceFile::Open(spec_.source);
  if (!source_) return false;
  // Only a power loss can put the checkpoint back behind what was already freed.
  uint64_t data = source_->FirstDataAt(offset_);
  if (data != offset_) {
    spdlog::warn("console \"{}\": bytes {} to {} were freed before, passing over them",
                 spec_.container_id, offset_, data);
    offset_ = data;
  }
  return true;
}

void ConsoleCopy::PassOver(size_t entries) {
  if (entries == 0 || !source_) return;
  auto buffers = std::make_unique<CopyBuffers>();
  for (;;) {
    std::string_view bytes = source_->Read(offset_, buffers->chunk);
    size_t length = EntriesLength(bytes, entries);
    offset_ += length;
    if (entries == 0) return;
    if (bytes.size() == buffers->chunk.size()) continue;
    // One more than there are complete ones: the last line, of a VM that had ended.
    offset_ += bytes.size() - length;
    return;
  }
}

bool ConsoleCopy::CopyChunk(CopyBuffers& buffers) {
  CheckSourceLength();
  if (!log_) {
    Advance(source_->Size() - offset_);
    return false;
  }
  std::string_view bytes = source_->Read(offset_, buffers.chunk);
  const std::string time = LogTime(std::chrono::system_clock::now());
  size_t length = 0;
  buffers.lines.clear();
  while (auto entry = NextEntry(bytes.substr(length))) {
    AppendEntry(buffers.lines, time, *entry);
    length += entry->length;
  }
  Write(buffers, bytes, length);
  return bytes.size() == buffers.chunk.size();
}

void ConsoleCopy::CopyRest(CopyBuffers& buffers) {
  if (!log_) return;
  std::string_view bytes = source_->Read(offset_, buffers.chunk);
  if (bytes.empty()) return;
  buffers.lines.clear();
  AppendEntry(buffers.lines, LogTime(std::chrono::system_clock::now()), LastEntry(bytes));
  Write(buffers, bytes, bytes.size());
}

uint64_t ConsoleCopy::Remaining() const {
  if (!source_) return 0;
  return source_->Size() - std::min(offset_, source_->Size());
}

void ConsoleCopy::CheckSourceLength() {
  uint64_t size = source_->Size();
  if (size >= offset_) return;
  spdlog::warn("console \"{}\" was cut from {} to {} bytes, reading it from its beginning",
               spec_.container_id, offset_, size);
  offset_ = 0;
}

// Writes buffers.lines, which stand for the first `length` of `bytes`.
void ConsoleCopy::Write(CopyBuffers& buffers, std::string_view bytes, size_t length) {
  if (length == 0) return;
  LogFile::Appended appended = log_->Append(buffers.lines);
  if (appended.error_number == 0) return Advance(length);
  auto written = buffers.lines.begin() + static_cast<std::ptrdiff_t>(appended.size);
  auto entries = static_cast<size_t>(std::count(buffers.lines.begin(), written, '\n'));
  if (entries > 0) Advance(EntriesLength(bytes, entries));
  throw SystemError(appended.error_number, "write log", spec_.log.string());
}

// A save that fails costs nothing but freed blocks: the entries after it can still be counted.
void ConsoleCopy::Advance(size_t bytes) {
  if (bytes == 0) return;
  offset_ += bytes;
  try {
    checkpoint_.Save({offset_, log_position()});
    source_->FreeBelow(offset_);
    save_failed_ = false;
  } catch (const Error& e) {
    if (!std::exchange(save_failed_, true)) spdlog::warn("{}", e.what());
  }
}

void ConsoleCopy::Reopen() {
  if (!log_ || PositionOf(spec_.log).SameFile(log_->position())) return;
  LogFile next(spec_.log);
  absl::Cleanup remove = [&] {
    if (next.created()) ::unlink(spec_.log.c_str());
  };
  checkpoint_.Save({offset_, next.position()});
  std::move(remove).Cancel();
  log_ = std::move(next);
}

}  // namespace crimux::vm
