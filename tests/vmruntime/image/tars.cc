#include "tests/vmruntime/image/tars.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>

namespace crimux::vm {
namespace {

using Kind = TarEntry::Kind;

la_ssize_t Append(archive*, void* user, const void* bytes, size_t size) {
  static_cast<std::string*>(user)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

unsigned FileType(Kind kind) {
  switch (kind) {
    case Kind::kFolder:
      return AE_IFDIR;
    case Kind::kSymlink:
      return AE_IFLNK;
    case Kind::kDevice:
      return AE_IFCHR;
    default:
      return AE_IFREG;
  }
}

}  // namespace

std::string TarOf(const std::vector<TarEntry>& entries) {
  std::string tar;
  std::unique_ptr<archive, int (*)(archive*)> writer(archive_write_new(), &archive_write_free);
  archive_write_set_format_pax_restricted(writer.get());
  archive_write_open(writer.get(), &tar, nullptr, &Append, nullptr);
  for (const TarEntry& entry : entries) {
    std::unique_ptr<archive_entry, void (*)(archive_entry*)> header(archive_entry_new(),
                                                                    &archive_entry_free);
    archive_entry_set_pathname(header.get(), entry.name.c_str());
    archive_entry_set_filetype(header.get(), FileType(entry.kind));
    archive_entry_set_perm(header.get(), 0640);
    archive_entry_set_size(header.get(), static_cast<la_int64_t>(entry.content.size()));
    if (entry.kind == Kind::kSymlink) {
      archive_entry_set_symlink(header.get(), entry.target.c_str());
    }
    if (entry.kind == Kind::kHardLink) {
      archive_entry_set_hardlink(header.get(), entry.target.c_str());
    }
    archive_write_header(writer.get(), header.get());
    archive_write_data(writer.get(), entry.content.data(), entry.content.size());
  }
  archive_write_close(writer.get());
  return tar;
}

}  // namespace crimux::vm
