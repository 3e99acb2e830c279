#include "vmruntime/pod/console_file.h"

#include <fcntl.h>

#include "base/file.h"

namespace crimux::vm {

void CreateConsoleFile(const std::filesystem::path& file, Owner owner) {
  OpenFile(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
  SetOwner(file, owner);
}

}  // namespace crimux::vm
