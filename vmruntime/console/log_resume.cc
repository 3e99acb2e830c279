#include "vmruntime/console/log_resume.h"

#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

#include "base/error.h"

namespace crimux::vm {
namespace {

void CreateFolder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw SystemError(error.value(), "create folder of logs", folder.string());
}

// Where the file lies now, beside `path` or there; empty: gone.
std::filesystem::path Find(const LogPosition& wanted, const std::filesystem::path& path) {
  if (PositionOf(path).SameFile(wanted)) return path;
  std::error_code error;
  std::filesystem::directory_iterator entries(path.parent_path(), error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    if (PositionOf(entries->path()).SameFile(wanted)) return entries->path();
  }
  return {};
}

}  // namespace

ResumedLog ResumeLog(const std::filesystem::path& path, const std::optional<Checkpoint>& saved) {
  CreateFolder(path.parent_path());
  if (!saved || saved->log.inode == 0) return {LogFile(path)};
  std::filesystem::path found = Find(saved->log, path);
  if (found.empty()) {
    spdlog::warn("console log \"{}\" has gone, going on in a new one", path.string());
    return {LogFile(path)};
  }
  LogFile file(found);
  size_t unsaved = file.CountLinesAfter(saved->log.size);
  if (found == path || PositionOf(path).inode == 0) return {std::move(file), unsaved};
  return {LogFile(path), unsaved};
}

}  // namespace crimux::vm
