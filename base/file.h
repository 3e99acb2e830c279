#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/fd.h"

namespace crimux {

// The whole content of a file. Throws Error (INTERNAL) that names the file.
std::string ReadFile(const std::filesystem::path& path);

// Replaces the file at once: readers see the old content or the new, also after a crash. The
// temporary file beside it is removed on failure. Throws Error.
void WriteFileAtomically(const std::filesystem::path& path, std::string_view content,
                         unsigned mode = 0600);

// open(2) with O_CLOEXEC added; throws Error that names the file.
UniqueFd OpenFile(const std::filesystem::path& path, int flags, unsigned mode = 0600);

// Writes all of `content`; throws Error that names `path`.
void WriteAll(int fd, std::string_view content, const std::filesystem::path& path);

}  // namespace crimux
