#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "vmruntime/fetch/fetch_file.h"
#include "vmruntime/fetch/progress.h"

namespace crimux::vm {

// Copies `path` of this node, which must lie below one of `folders` (as it is written, and with
// symbolic links followed), into a new file; shares blocks where the file system can. As Download,
// it hashes, syncs, and leaves nothing on an error. Throws Error: PERMISSION_DENIED (not below the
// folders), NOT_FOUND, FAILED_PRECONDITION (no regular file, another size), RESOURCE_EXHAUSTED,
// CANCELLED by `stop`.
DownloadResult CopyLocalFile(const std::filesystem::path& path,
                             const std::vector<std::filesystem::path>& folders,
                             const FetchFileSpec& spec, Progress& progress, std::stop_token stop);

}  // namespace crimux::vm
