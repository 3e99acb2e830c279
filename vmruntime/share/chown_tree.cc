#include "vmruntime/share/chown_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

struct Walk {
  unsigned uid;
  unsigned gid;
  dev_t device;

  void Change(int fd, const std::filesystem::path& path) const {
    if (::fchownat(fd, "", uid, gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) != 0) {
      throw SystemError(errno, "chown", path.string());
    }
  }

  // What vanishes meanwhile needs no owner.
  void Entry(int parent, const char* name, const std::filesystem::path& path) const {
    UniqueFd fd(::openat(parent, name, O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) {
      if (errno == ENOENT) return;
      throw SystemError(errno, "chown", path.string());
    }
    if (info.st_dev != device) return;
    Change(fd.get(), path);
    if (S_ISDIR(info.st_mode)) Children(fd.get(), path);
  }

  void Children(int directory, const std::filesystem::path& path) const {
    int readable = ::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    std::unique_ptr<DIR, CloseDirectory> entries(readable < 0 ? nullptr : ::fdopendir(readable));
    if (!entries) throw SystemError(errno, "read directory", path.string());
    while (const dirent* entry = ::readdir(entries.get())) {
      std::string_view name(entry->d_name);
      if (name != "." && name != "..") Entry(directory, entry->d_name, path / name);
    }
  }
};

}  // namespace

void ChownTree(const std::filesystem::path& root, unsigned uid, unsigned gid) {
  UniqueFd top = OpenFile(root, O_PATH);
  struct stat info {};
  if (::fstat(top.get(), &info) != 0) throw SystemError(errno, "chown", root.string());
  Walk walk{uid, gid, info.st_dev};
  walk.Change(top.get(), root);
  if (S_ISDIR(info.st_mode)) walk.Children(top.get(), root);
}

}  // namespace crimux::vm
