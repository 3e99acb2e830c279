#pragma once

#include <functional>
#include <stop_token>
#include <string>

#include "config/config.h"
#include "vmruntime/fetch/progress.h"
#include "vmruntime/image/fetched_image.h"

namespace crimux::vm {

struct Fetched {
  TemporaryFile file;
  std::string digest;  // of its bytes
  // Names it in errors.
  std::string shown;
  // Whether the file has these bytes; else it was taken out of them.
  bool is_source = true;
  // What the disk must be, as DiskVerdict has it; empty: anything.
  std::string format = {};
};

// Makes a fetched file ready for the store: unpacks it, checks what it is, converts every disk but
// a qcow2 to one, and checks the result. A file that needs none of it stays as it is. `new_name`
// gives names for files that are not there yet; those that are not the result are gone on return.
// Throws what Unpack, CheckDisk and ConvertToQcow2 throw.
FetchedImage Prepare(Fetched fetched, const std::function<std::filesystem::path()>& new_name,
                     const VmConfig& config, Progress& progress, std::stop_token stop);

}  // namespace crimux::vm
