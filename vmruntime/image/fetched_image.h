#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "vmruntime/image/temporary_file.h"

namespace crimux::vm {

// A disk image that is ready for the store, under a temporary name.
struct FetchedImage {
  std::string source_digest;  // of the bytes that were fetched: "sha256:<64 hex>"
  std::string digest;         // of the bytes to be stored; the same where nothing was converted
  // Absent when the store had an image of these source bytes: then only the digests are set.
  std::optional<TemporaryFile> file;
  uint64_t size = 0;
  uint64_t virtual_size = 0;
  std::string format;
};

}  // namespace crimux::vm
