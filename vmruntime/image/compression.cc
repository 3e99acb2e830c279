#include "vmruntime/image/compression.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "vmruntime/image/bytes.h"
#include "vmruntime/image/sandbox.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

constexpr std::string_view kOperation = "unpack disk image";
// xz's and zstd's strongest usual settings need 65 MiB and 128 MiB.
constexpr SandboxLimits kLimits = {
    .memory = 512ULL << 20, .cpu = std::chrono::hours(1), .wall = std::chrono::hours(2)};

// A new file in which runs of zeros take no room.
class SparseFile {
 public:
  SparseFile(const Unpacking& unpacking, uint64_t limit)
      : unpacking_(unpacking),
        limit_(limit),
        fd_(OpenFile(unpacking.to, O_WRONLY | O_CREAT | O_EXCL, 0644)) {}

  void Write(std::string_view bytes) {
    if (bytes.size() > limit_ - size_) {
      throw Error(StatusCode::RESOURCE_EXHAUSTED, kOperation, unpacking_.shown,
                  fmt::format("larger than the limit of {} bytes", limit_));
    }
    bool zeros = bytes.find_first_not_of('\0') == std::string_view::npos;
    if (zeros) {
      Check(::lseek(fd_.get(), static_cast<off_t>(bytes.size()), SEEK_CUR) >= 0);
    } else {
      WriteAll(fd_.get(), bytes, unpacking_.to);
    }
    size_ += bytes.size();
  }

  void Finish() { Check(::ftruncate(fd_.get(), static_cast<off_t>(size_)) == 0); }

 private:
  void Check(bool good) const {
    if (!good) throw SystemError(errno, "write", unpacking_.to.string());
  }

  const Unpacking& unpacking_;
  const uint64_t limit_;
  UniqueFd fd_;
  uint64_t size_ = 0;
};

}  // namespace

std::optional<Compression> CompressionOf(std::string_view head) {
  using namespace std::string_view_literals;
  if (head.starts_with("\x1f\x8b\x08"sv)) return Compression{"gzip", {"gzip", "-dc"}};
  if (head.starts_with("\xfd"
                       "7zXZ\0"sv))
    return Compression{"xz", {"xz", "-dc", "-T1"}};
  if (head.starts_with("\x28\xb5\x2f\xfd"sv)) return Compression{"zstd", {"zstd", "-dcq"}};
  // "BZh", the block size, and the first block's or the end's own magic.
  if (head.starts_with("BZh"sv) && (HasAt(head, 4, "1AY&SY") || HasAt(head, 4, "\x17\x72\x45"))) {
    return Compression{"bzip2", {"bzip2", "-dc"}};
  }
  return std::nullopt;
}

void Unpack(const Compression& compression, const Unpacking& unpacking, const VmConfig& config,
            std::stop_token stop) {
  UniqueFd in = OpenFile(unpacking.from, O_RDONLY | O_NOFOLLOW);
  SparseFile out(unpacking, config.image_size_limit);
  ProcessSpec spec = Sandboxed(compression.unpacker, kLimits, config, std::move(stop));
  spec.input_fd = in.get();
  spec.on_output = [&](std::string_view bytes) { out.Write(bytes); };
  ProcessResult result = RunProcess(spec);
  if (result.was_cancelled) {
    throw Error(StatusCode::CANCELLED, kOperation, unpacking.shown, "cancelled");
  }
  RequireInstalled(result, compression.name);
  if (!result.Succeeded()) {
    throw Error(StatusCode::FAILED_PRECONDITION, kOperation, unpacking.shown,
                fmt::format("{}: {}", compression.name, result.Failure()));
  }
  out.Finish();
}

}  // namespace crimux::vm
