#include "vmruntime/stats/disk_usage.h"

#include <sys/stat.h>

namespace crimux::vm {
namespace {

void Add(const std::filesystem::path& file, DiskUsage* usage) {
  struct stat info {};
  if (::lstat(file.c_str(), &info) != 0) return;
  if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) return;
  usage->bytes += static_cast<uint64_t>(info.st_blocks) * 512;
  ++usage->inodes;
}

}  // namespace

DiskUsage UsageOf(const std::filesystem::path& folder, const std::filesystem::path& root_disk) {
  DiskUsage usage;
  std::error_code ignored;
  std::filesystem::recursive_directory_iterator entries(folder, ignored);
  for (auto entry = begin(entries); entry != end(entries); entry.increment(ignored)) {
    Add(entry->path(), &usage);
  }
  bool is_inside = root_disk.empty() || root_disk.native().starts_with(folder.native() + "/");
  if (!is_inside) Add(root_disk, &usage);
  return usage;
}

}  // namespace crimux::vm
