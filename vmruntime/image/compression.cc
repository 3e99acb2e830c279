#include "vmruntime/image/compression.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "vmruntime/image/bytes.h"
#include "vmruntime/image/sandbox.h"
#include "vmruntime/image/sparse_file.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

constexpr std::string_view kUnpack = "unpack disk image";
// xz's and zstd's strongest usual settings need 65 MiB and 128 MiB.
constexpr SandboxLimits kLimits = {
    .memory = 512ULL << 20, .cpu = std::chrono::hours(1), .wall = std::chrono::hours(2)};

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
  SparseFile out({.file = unpacking.to,
                  .operation = kUnpack,
                  .shown = unpacking.shown,
                  .size_limit = config.image_size_limit});
  uint64_t total = std::filesystem::file_size(unpacking.from);
  if (unpacking.progress) unpacking.progress->Begin(FetchPhase::kUnpacking);
  ProcessSpec spec = Sandboxed(compression.unpacker, kLimits, config, std::move(stop));
  spec.input_fd = in.get();
  spec.on_output = [&](std::string_view bytes) {
    out.Write(bytes);
    // The unpacker reads through a copy of our descriptor, so both are at the same place.
    off_t read = unpacking.progress ? ::lseek(in.get(), 0, SEEK_CUR) : 0;
    if (unpacking.progress) unpacking.progress->At(static_cast<uint64_t>(read), total);
  };
  ProcessResult result = RunProcess(spec);
  if (result.was_cancelled) {
    throw Error(StatusCode::CANCELLED, kUnpack, unpacking.shown, "cancelled");
  }
  RequireInstalled(result, compression.name);
  if (!result.Succeeded()) {
    throw Error(StatusCode::FAILED_PRECONDITION, kUnpack, unpacking.shown,
                fmt::format("{}: {}", compression.name, result.Failure()));
  }
  out.Finish();
}

}  // namespace crimux::vm
