#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>

#include "vmruntime/console/checkpoint.h"
#include "vmruntime/console/log_file.h"

namespace crimux::vm {

// The log to go on in.
struct ResumedLog {
  LogFile file;
  // Entries written after the checkpoint was saved, by a process that then died: not to be written
  // again.
  size_t unsaved_entries = 0;
};

// Finds the log again after a crash. Who may have renamed it meanwhile is the kubelet, which
// rotates in two steps, rename and ReopenContainerLog:
// - the log is still the saved file: goes on there;
// - the saved file has another name and `path` is free: goes on in the renamed one, as a process
//   that lived on would; the kubelet renames it back, or asks for ReopenContainerLog;
// - the saved file has another name and `path` is taken (the crash was inside ReopenContainerLog):
//   goes on at `path`;
// - the saved file is gone: goes on at `path`; what may be in the lost one is written again.
// Creates missing folders. Throws Error.
ResumedLog ResumeLog(const std::filesystem::path& path, const std::optional<Checkpoint>& saved);

}  // namespace crimux::vm
