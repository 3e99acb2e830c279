#pragma once

#include <filesystem>
#include <string>

namespace crimux::vm {

// The kernel's file system of cgroups: making a folder makes files in it, and removing one doesn't
// ask for its files to be removed. Tests have another, over ordinary folders.
class CgroupFiles {
 public:
  virtual ~CgroupFiles() = default;

  // Its parent is there. Whether it was made: false, it was there already. Throws Error.
  virtual bool Make(const std::filesystem::path& folder);
  // False: it is busy (processes or cgroups are in it). True: it has gone, or wasn't there. Throws
  // Error.
  virtual bool Remove(const std::filesystem::path& folder);
  // One write(2), as the kernel wants it. Throws Error: INVALID_ARGUMENT for a value that the
  // kernel refuses, FAILED_PRECONDITION for one that it can't have now (EBUSY), else INTERNAL.
  virtual void Write(const std::filesystem::path& file, const std::string& value);
};

}  // namespace crimux::vm
