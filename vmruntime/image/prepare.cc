#include "vmruntime/image/prepare.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/file.h"
#include "vmruntime/fetch/sha256.h"
#include "vmruntime/image/compression.h"
#include "vmruntime/image/convert.h"
#include "vmruntime/image/disk_bytes.h"
#include "vmruntime/image/disk_check.h"

namespace crimux::vm {
namespace {

constexpr size_t kPiece = 1U << 20;

std::string DigestOf(const std::filesystem::path& file, const std::string& shown,
                     const std::stop_token& stop) {
  DiskBytes bytes = OpenDiskBytes(file);
  Sha256 sum;
  for (uint64_t at = 0; at < bytes.size; at += kPiece) {
    if (stop.stop_requested()) {
      throw Error(grpc::StatusCode::CANCELLED, "compute sha256", shown, "cancelled");
    }
    sum.Add(bytes.read(at, kPiece));
  }
  return sum.Digest();
}

// Read-only and on the disk.
void Seal(const std::filesystem::path& file) {
  UniqueFd fd = OpenFile(file, O_RDONLY | O_NOFOLLOW);
  if (::fchmod(fd.get(), 0444) != 0) throw SystemError(errno, "protect", file.string());
  if (::fsync(fd.get()) != 0) throw SystemError(errno, "sync", file.string());
}

// One file after the other, each gone when the next is there.
class Preparation {
 public:
  Preparation(Fetched& fetched, const std::function<std::filesystem::path()>& new_name,
              const VmConfig& config, Progress& progress, std::stop_token stop)
      : fetched_(fetched),
        new_name_(new_name),
        config_(config),
        progress_(progress),
        stop_(std::move(stop)) {}

  FetchedImage Run() {
    bool unpacked = UnpackIfPacked() || !fetched_.is_source;
    CheckedDisk disk = Check();
    if (!fetched_.format.empty() && disk.format != fetched_.format) {
      throw Error(grpc::StatusCode::FAILED_PRECONDITION, "check disk image", fetched_.shown,
                  "it is a " + disk.format + " disk, not " + fetched_.format);
    }
    bool converted = disk.format != "qcow2";
    if (converted) {
      Convert(disk);
      disk = Check();
    } else if (unpacked) {
      Seal(path());
    }
    FetchedImage image{.source_digest = fetched_.digest,
                       .digest = fetched_.digest,
                       .size = std::filesystem::file_size(path()),
                       .virtual_size = disk.virtual_size,
                       .format = disk.format};
    if (unpacked || converted) image.digest = DigestOf(path(), fetched_.shown, stop_);
    FaultPoint("pull.prepared");
    image.file = std::move(fetched_.file);
    return image;
  }

 private:
  const std::filesystem::path& path() const { return fetched_.file.path(); }
  CheckedDisk Check() const {
    progress_.Begin(FetchPhase::kChecking);
    return CheckDisk(path(), fetched_.shown, config_, stop_);
  }

  bool UnpackIfPacked() {
    std::optional<Compression> compression = CompressionOf(OpenDiskBytes(path()).read(0, 16));
    if (!compression) return false;
    spdlog::info("images: unpacking {} ({})", fetched_.shown, compression->name);
    TemporaryFile plain(new_name_());
    Unpack(*compression, {path(), plain.path(), fetched_.shown, &progress_}, config_, stop_);
    FaultPoint("pull.unpacked");
    fetched_.file = std::move(plain);
    return true;
  }

  void Convert(const CheckedDisk& disk) {
    spdlog::info("images: converting {} from {} to qcow2", fetched_.shown, disk.format);
    TemporaryFile qcow2(new_name_());
    ConvertToQcow2({.from = path(),
                    .from_format = disk.format,
                    .to = qcow2.path(),
                    .shown = fetched_.shown,
                    .virtual_size = disk.virtual_size,
                    .progress = &progress_},
                   config_, stop_);
    FaultPoint("pull.converted");
    fetched_.file = std::move(qcow2);
  }

  Fetched& fetched_;
  const std::function<std::filesystem::path()>& new_name_;
  const VmConfig& config_;
  Progress& progress_;
  std::stop_token stop_;
};

}  // namespace

FetchedImage Prepare(Fetched fetched, const std::function<std::filesystem::path()>& new_name,
                     const VmConfig& config, Progress& progress, std::stop_token stop) {
  return Preparation(fetched, new_name, config, progress, std::move(stop)).Run();
}

}  // namespace crimux::vm
