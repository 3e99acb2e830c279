#include "vmruntime/pod/layout.h"

#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "base/error.h"

namespace crimux::vm {

void MakeDirectory(const std::filesystem::path& path, unsigned mode) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw SystemError(error.value(), "create directory", path.string());
  if (::chmod(path.c_str(), mode) != 0) throw SystemError(errno, "set mode of", path.string());
}

void RemoveTree(const std::filesystem::path& path) {
  std::error_code error;
  std::filesystem::remove_all(path, error);
  if (error) throw SystemError(error.value(), "remove", path.string());
}

Layout::Layout(const std::filesystem::path& state_dir) : state_dir_(state_dir) {
  for (const std::filesystem::path& path :
       {state_dir_, Sandboxes(), Containers(), Disks(), state_dir_ / "sock"}) {
    MakeDirectory(path, 0711);
  }
}

}  // namespace crimux::vm
