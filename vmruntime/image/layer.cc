#include "vmruntime/image/layer.h"

#include <absl/strings/escaping.h>
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "vmruntime/image/bytes.h"
#include "vmruntime/image/disk_bytes.h"
#include "vmruntime/image/sparse_file.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

constexpr std::string_view kLookForDisk = "look for the disk in";
constexpr std::string_view kFolder = "disk/";
// Whiteouts: OCI Image Specification, layer.md.
constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr size_t kMostDisks = 100;
constexpr size_t kReadSize = 1U << 20;

// libarchive at work on one tar. Only its tar reader is switched on: no other format, and no
// filter, whose programs it would run.
class Tar {
 public:
  Tar(const LayerFile& layer, std::stop_token stop)
      : layer_(layer),
        stop_(std::move(stop)),
        fd_(OpenFile(layer.file, O_RDONLY | O_NOFOLLOW)),
        archive_(archive_read_new(), &archive_read_free) {
    if (!archive_) throw Error(StatusCode::RESOURCE_EXHAUSTED, kLookForDisk, layer.shown, "memory");
    archive_read_support_format_tar(archive_.get());
    Check(archive_read_open_fd(archive_.get(), fd_.get(), kReadSize));
  }

  // Its name is normal: without "./" or "/" at its start, "/" at its end; empty for one that can't
  // be read. nullptr at the end.
  archive_entry* Next() {
    if (stop_.stop_requested()) throw Failure(StatusCode::CANCELLED, "cancelled");
    archive_entry* entry = nullptr;
    int result = archive_read_next_header(archive_.get(), &entry);
    if (result == ARCHIVE_EOF) return nullptr;
    Check(result);
    name_ = Normal(entry);
    return entry;
  }
  const std::string& name() const { return name_; }

  // The content of the present entry.
  void CopyTo(SparseFile& out, uint64_t total) {
    if (layer_.progress) layer_.progress->Begin(FetchPhase::kUnpacking);
    const void* bytes = nullptr;
    size_t size = 0;
    la_int64_t offset = 0;
    for (;;) {
      if (stop_.stop_requested()) throw Failure(StatusCode::CANCELLED, "cancelled");
      int result = archive_read_data_block(archive_.get(), &bytes, &size, &offset);
      uint64_t at = offset < 0 ? 0 : static_cast<uint64_t>(offset);
      if (result != ARCHIVE_EOF) Check(result);
      if (at < out.size() && size > 0) throw Failure(StatusCode::FAILED_PRECONDITION, "damaged");
      if (at > out.size()) out.Skip(at - out.size());
      if (result == ARCHIVE_EOF) return;
      out.Write({static_cast<const char*>(bytes), size});
      if (layer_.progress) layer_.progress->At(out.size(), total);
    }
  }

  Error Failure(StatusCode code, std::string_view cause) const {
    return {code, kLookForDisk, layer_.shown, cause};
  }

 private:
  void Check(int result) const {
    if (result >= ARCHIVE_WARN) return;
    const char* why = archive_error_string(archive_.get());
    throw Failure(StatusCode::FAILED_PRECONDITION,
                  fmt::format("damaged tar: {}", absl::CHexEscape(why ? why : "unknown")));
  }

  static std::string Normal(archive_entry* entry) {
    const char* text = archive_entry_pathname(entry);
    if (!text) text = archive_entry_pathname_utf8(entry);
    std::string_view name = text ? text : "";
    while (name.starts_with('/') || name.starts_with("./")) {
      name.remove_prefix(name.starts_with('/') ? 1 : 2);
    }
    while (name.ends_with('/')) name.remove_suffix(1);
    return std::string(name == "." ? "" : name);
  }

  const LayerFile& layer_;
  const std::stop_token stop_;
  UniqueFd fd_;
  std::unique_ptr<archive, int (*)(archive*)> archive_;
  std::string name_;
};

bool IsPlainFile(archive_entry* entry) {
  return archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry);
}

// Takes a whiteout into account; true: it was one.
bool TakeWhiteout(const std::string& name, LayerContent& content) {
  bool below = name.starts_with(kFolder);
  std::string_view last = std::string_view(name).substr(below ? kFolder.size() : 0);
  if (!last.starts_with(kWhiteout)) return false;
  if (name == ".wh.disk" || name == kOpaque || (below && last == kOpaque)) {
    content.hides_lower = true;
  } else if (below) {
    content.removed.emplace(last.substr(kWhiteout.size()));
  }
  return true;
}

void TakeOfImage(const Tar& tar, archive_entry* entry, LayerContent& content) {
  const std::string& name = tar.name();
  if (TakeWhiteout(name, content)) return;
  bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
  if (name == "disk" && !is_folder) {
    throw tar.Failure(StatusCode::FAILED_PRECONDITION, "its /disk is no folder");
  }
  if (!name.starts_with(kFolder)) return;
  // What lies deeper is not looked at, nor is a folder.
  if (name.find('/', kFolder.size()) != std::string::npos || is_folder) return;
  if (!IsPlainFile(entry)) {
    throw tar.Failure(StatusCode::FAILED_PRECONDITION,
                      fmt::format("\"/{}\" is no regular file", absl::CHexEscape(name)));
  }
  content.disks.push_back(name);
}

void TakeOfArtifact(const Tar& tar, archive_entry* entry, LayerContent& content) {
  if (archive_entry_filetype(entry) == AE_IFDIR) return;
  if (!IsPlainFile(entry)) {
    throw tar.Failure(StatusCode::FAILED_PRECONDITION,
                      fmt::format("\"{}\" is no regular file", absl::CHexEscape(tar.name())));
  }
  content.disks.push_back(tar.name());
}

}  // namespace

bool IsTar(const std::filesystem::path& file) {
  return HasAt(OpenDiskBytes(file).read(0, 512), 257, "ustar");
}

void PadTar(const std::filesystem::path& file) {
  constexpr uint64_t kBlock = 512;
  uint64_t size = std::filesystem::file_size(file);
  std::filesystem::resize_file(file, (size + kBlock - 1) / kBlock * kBlock);
}

LayerContent ListLayer(const LayerFile& layer, std::stop_token stop) {
  Tar tar(layer, std::move(stop));
  LayerContent content;
  while (archive_entry* entry = tar.Next()) {
    layer.kind == LayerKind::kImage ? TakeOfImage(tar, entry, content)
                                    : TakeOfArtifact(tar, entry, content);
    if (content.disks.size() >= kMostDisks || content.removed.size() >= kMostDisks) {
      throw tar.Failure(StatusCode::FAILED_PRECONDITION, "it holds too many files");
    }
  }
  return content;
}

void ExtractFromLayer(const LayerFile& layer, const std::string& disk,
                      const std::filesystem::path& to, uint64_t size_limit, std::stop_token stop) {
  Tar tar(layer, std::move(stop));
  while (archive_entry* entry = tar.Next()) {
    if (tar.name() != disk || !IsPlainFile(entry)) continue;
    SparseFile out(
        {.file = to, .operation = kLookForDisk, .shown = layer.shown, .size_limit = size_limit});
    tar.CopyTo(out, static_cast<uint64_t>(std::max<la_int64_t>(archive_entry_size(entry), 0)));
    return out.Finish();
  }
  throw tar.Failure(StatusCode::FAILED_PRECONDITION, "the tar has changed");
}

std::string BaseName(const std::string& disk) { return disk.substr(disk.rfind('/') + 1); }

}  // namespace crimux::vm
