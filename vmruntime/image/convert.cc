#include "vmruntime/image/convert.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/fd.h"
#include "base/file.h"
#include "vmruntime/image/qemu_img.h"
#include "vmruntime/image/qemu_progress.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

constexpr std::string_view kConvert = "convert disk image";
// On a disk with less room than this, a failed write was for want of room.
constexpr uint64_t kNoRoom = 1U << 20;
// Of qemu-img.
constexpr uint64_t kLargestWrite = 2U << 20;

uid_t UserId(const std::string& name) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  int error = ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (error != 0) throw SystemError(error, "look up user", name);
  if (!found) throw Error(StatusCode::INTERNAL, "look up user", name, "no such user");
  return entry.pw_uid;
}

// The empty file that qemu-img fills: lent to its user, and taken back.
class LentFile {
 public:
  LentFile(const std::filesystem::path& path, const VmConfig& config)
      : path_(path), fd_(OpenFile(path, O_RDWR | O_CREAT | O_EXCL, 0600)) {
    if (::geteuid() == 0) Check(::fchown(fd_.get(), UserId(config.qemu_user), -1u), "lend");
  }

  // No one can open it for writing any more; on the disk.
  void TakeBack() {
    Check(::fchown(fd_.get(), ::geteuid(), -1u), "take back");
    Check(::fchmod(fd_.get(), 0444), "protect");
    Check(::fsync(fd_.get()), "sync");
  }

  // Whether a write that failed may have been for the limit on its size.
  bool IsAtLimit(uint64_t limit) const {
    struct stat info {};
    Check(::fstat(fd_.get(), &info), "get size of");
    return static_cast<uint64_t>(info.st_size) + kLargestWrite > limit;
  }

  bool DiskIsFull() const {
    struct statvfs room {};
    Check(::fstatvfs(fd_.get(), &room), "get free space of");
    return static_cast<uint64_t>(room.f_bavail) * room.f_frsize < kNoRoom;
  }

 private:
  void Check(int result, std::string_view operation) const {
    if (result != 0) throw SystemError(errno, operation, path_.string());
  }

  const std::filesystem::path path_;
  UniqueFd fd_;
};

SandboxLimits Limits(uint64_t limit) {
  // A qcow2's tables take less than a thousandth of its data.
  return {.cpu = std::chrono::hours(1),
          .wall = std::chrono::hours(2),
          .file_size = limit + limit / 1000 + (1U << 20)};
}

void Tell(Progress& progress, double share, uint64_t virtual_size) {
  progress.At(static_cast<uint64_t>(share * static_cast<double>(virtual_size)), virtual_size);
}

}  // namespace

void ConvertToQcow2(const Conversion& conversion, const VmConfig& config, std::stop_token stop) {
  QemuImg qemu_img(kConvert, conversion.shown, config, std::move(stop));
  LentFile file(conversion.to, config);
  FaultPoint("pull.lent");
  SandboxLimits limits = Limits(config.image_size_limit);
  Progress* progress = conversion.progress;
  if (progress) progress->Begin(FetchPhase::kConverting);
  QemuProgress reader;
  ProcessResult result = qemu_img.Run({"convert", "-p", "-f", conversion.from_format, "-O", "qcow2",
                                       conversion.from.string(), conversion.to.string()},
                                      limits, [&](std::string_view piece) {
                                        std::optional<double> share = reader.Take(piece);
                                        if (share && progress)
                                          Tell(*progress, *share, conversion.virtual_size);
                                      });
  if (!result.Succeeded() && file.IsAtLimit(limits.file_size)) {
    throw Error(StatusCode::RESOURCE_EXHAUSTED, kConvert, conversion.shown,
                fmt::format("larger than the limit of {} bytes", config.image_size_limit));
  }
  if (!result.Succeeded() && file.DiskIsFull()) {
    throw Error(StatusCode::RESOURCE_EXHAUSTED, kConvert, conversion.shown,
                "No space left on device");
  }
  if (!result.Succeeded()) throw qemu_img.Refusal(result.Failure());
  file.TakeBack();
}

}  // namespace crimux::vm
