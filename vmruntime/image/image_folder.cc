#include "vmruntime/image/image_folder.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/file.h"
#include "base/id.h"
#include "base/rollback.h"
#include "vmruntime/image/disk_check.h"
#include "vmruntime/image/image_name.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

void MakeFolder(const fs::path& path) {
  std::error_code failed;
  fs::create_directories(path, failed);
  if (failed) throw SystemError(failed.value(), "create folder", path.string());
  if (::chmod(path.c_str(), 0755) != 0) throw SystemError(errno, "open up", path.string());
}

void RemoveFile(const fs::path& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    throw SystemError(errno, "remove", path.string());
  }
}

void SyncFolder(const fs::path& path) {
  UniqueFd fd = OpenFile(path, O_RDONLY | O_DIRECTORY);
  if (::fsync(fd.get()) != 0) throw SystemError(errno, "sync", path.string());
}

// The hex in front of `extension`, or empty when `path` is no file of the store's.
std::string HexOf(const fs::path& path, std::string_view extension) {
  std::string hex = path.stem().string();
  return path.extension() == extension && IsDigest("sha256:" + hex) ? hex : "";
}

uint64_t BlockBytes(const fs::path& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0 ? static_cast<uint64_t>(info.st_blocks) * 512 : 0;
}

// What the bytes alone tell.
ImageRecord RecordFromFile(const fs::path& file, const std::string& hex) {
  DiskVerdict verdict = JudgeDiskFile(file);
  if (!verdict.refusal.empty()) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "read image", file.string(),
                "it " + verdict.refusal);
  }
  return {.digest = "sha256:" + hex,
          .size = fs::file_size(file),
          .virtual_size = verdict.virtual_size,
          .format = verdict.format};
}

// A tag belongs to the image that was pulled last under it; a crash may have left it with two.
void SettleTags(std::map<std::string, ImageRecord>& images) {
  std::map<std::string, ImageRecord*> owners;
  for (auto& [hex, record] : images) {
    for (const std::string& tag : std::set<std::string>(record.tags)) {
      ImageRecord*& owner = owners[tag];
      bool newer = !owner || record.pulled_at > owner->pulled_at;
      ImageRecord* loser = newer ? owner : &record;
      if (newer) owner = &record;
      if (loser) loser->tags.erase(tag);
    }
  }
}

}  // namespace

ImageFolder::ImageFolder(fs::path root) : root_(std::move(root)) {
  MakeFolder(root_);
  MakeFolder(root_ / "tmp");
  Tidy();
}

fs::path ImageFolder::ImageFile(const std::string& hex) const { return root_ / (hex + ".img"); }
fs::path ImageFolder::RecordFile(const std::string& hex) const { return root_ / (hex + ".json"); }
fs::path ImageFolder::TemporaryFile() const { return root_ / "tmp" / NewId(); }

void ImageFolder::Tidy() const {
  std::set<fs::path> leftovers;
  for (const fs::directory_entry& entry : fs::directory_iterator(root_ / "tmp")) {
    leftovers.insert(entry.path());
  }
  for (const fs::directory_entry& entry : fs::directory_iterator(root_)) {
    const fs::path& path = entry.path();
    std::string image = HexOf(path, ".img");
    std::string record = HexOf(path, ".json");
    bool alone = (!image.empty() && !fs::exists(RecordFile(image))) ||
                 (!record.empty() && !fs::exists(ImageFile(record)));
    bool half_written = path.filename().string().find(".json.tmp-") != std::string::npos;
    if (alone || half_written) leftovers.insert(path);
  }
  for (const fs::path& path : leftovers) {
    spdlog::warn("images: removing {}, left by a crash", path.string());
    std::error_code failed;
    fs::remove_all(path, failed);
    if (failed) throw SystemError(failed.value(), "remove", path.string());
  }
}

ImageRecord ImageFolder::LoadOne(const std::string& hex) const {
  try {
    ImageRecord record = ParseImageRecord(ReadFile(RecordFile(hex)));
    if (record.Hex() != hex) throw std::runtime_error("it is of another image");
    return record;
  } catch (const std::exception& e) {
    spdlog::error("images: {}: {}; the image is kept without names", RecordFile(hex).string(),
                  e.what());
  }
  return RecordFromFile(ImageFile(hex), hex);
}

std::map<std::string, ImageRecord> ImageFolder::Load() const {
  std::map<std::string, ImageRecord> images;
  for (const fs::directory_entry& entry : fs::directory_iterator(root_)) {
    std::string hex = HexOf(entry.path(), ".json");
    if (hex.empty()) continue;
    try {
      images.emplace(hex, LoadOne(hex));
    } catch (const std::exception& e) {
      spdlog::error("images: leaving out {}: {}", hex, e.what());
    }
  }
  SettleTags(images);
  return images;
}

void ImageFolder::Add(const ImageRecord& record, const fs::path& temporary) const {
  fs::path file = ImageFile(record.Hex());
  RemoveFile(file);
  if (::link(temporary.c_str(), file.c_str()) != 0) {
    throw SystemError(errno, "create", file.string());
  }
  Rollback rollback;
  rollback.Add("remove image file", [&] { RemoveFile(file); });
  FaultPoint("pull.linked");
  Save(record);
  FaultPoint("pull.recorded");
  rollback.Commit();
}

void ImageFolder::Save(const ImageRecord& record) const {
  WriteFileAtomically(RecordFile(record.Hex()), ToJson(record), 0644);
  SyncFolder(root_);
}

void ImageFolder::Remove(const std::string& hex) const {
  RemoveFile(RecordFile(hex));
  FaultPoint("remove-image.unrecorded");
  RemoveFile(ImageFile(hex));
}

StoreUsage ImageFolder::Usage() const {
  StoreUsage usage{.mountpoint = root_, .bytes = BlockBytes(root_), .inodes = 1};
  std::error_code ignored;  // files come and go meanwhile
  for (fs::recursive_directory_iterator at(root_, ignored), end; at != end; at.increment(ignored)) {
    usage.bytes += BlockBytes(at->path());
    ++usage.inodes;
  }
  return usage;
}

}  // namespace crimux::vm
