#include "vmruntime/disk/root_header.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <boost/json.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

// The block: the magic, then JSON, then zeros.
constexpr std::string_view kMagic = "crimux root disk\n";
constexpr size_t kBlock = 4096;
constexpr int kVersion = 1;

std::string ReadStart(int fd, size_t size, const std::string& shown) {
  std::string bytes(size, '\0');
  size_t have = 0;
  while (have < size) {
    ssize_t got = ::pread(fd, bytes.data() + have, size - have, static_cast<off_t>(have));
    if (got < 0) throw SystemError(errno, "read block device", shown);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

}  // namespace

void RefuseRoot(const std::string& shown, const std::string& why) {
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "use persistent root disk", shown, why);
}

std::optional<RootHeader> ReadRootHeader(int fd, const std::string& shown) {
  std::string block = ReadStart(fd, kBlock, shown);
  if (!block.starts_with(kMagic)) return std::nullopt;
  block.erase(0, kMagic.size());
  if (size_t end = block.find('\0'); end != std::string::npos) block.resize(end);
  boost::system::error_code error;
  boost::json::value json = boost::json::parse(block, error);
  const auto* fields = error ? nullptr : json.if_object();
  if (fields == nullptr) RefuseRoot(shown, "its header is damaged");
  const auto* version = fields->if_contains("version");
  const auto* state = fields->if_contains("state");
  const auto* image = fields->if_contains("image");
  if (!version || !version->is_int64() || version->get_int64() != kVersion) {
    RefuseRoot(shown, "its header is of a version that is not known here");
  }
  if (!state || !state->is_string() || !image || !image->is_string()) {
    RefuseRoot(shown, "its header is damaged");
  }
  return RootHeader{.ready = state->get_string() == "ready", .image = image->get_string().c_str()};
}

void WriteRootHeader(int fd, const RootHeader& header, const std::string& shown) {
  boost::json::object fields{{"version", kVersion},
                             {"state", header.ready ? "ready" : "filling"},
                             {"image", header.image}};
  std::string block = std::string(kMagic) + boost::json::serialize(fields);
  block.resize(kBlock, '\0');
  if (::pwrite(fd, block.data(), kBlock, 0) != static_cast<ssize_t>(kBlock) || ::fsync(fd) != 0) {
    throw SystemError(errno, "write header of persistent root disk", shown);
  }
}

bool IsBlankWhereHeaderIs(int fd, const std::string& shown) {
  std::string bytes = ReadStart(fd, kRootHeaderSize, shown);
  return std::ranges::all_of(bytes, [](char c) { return c == '\0'; });
}

}  // namespace crimux::vm
