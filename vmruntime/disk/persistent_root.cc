#include "vmruntime/disk/persistent_root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/file.h"
#include "vmruntime/disk/block_device.h"
#include "vmruntime/disk/root_header.h"
#include "vmruntime/image/qemu_img.h"

namespace crimux::vm {
namespace {

constexpr std::string_view kFill = "fill persistent root disk";

// A value of QEMU's key=value,… lists.
std::string Escaped(const std::string& value) {
  std::string escaped;
  for (char c : value) escaped.append(c == ',' ? 2 : 1, c);
  return escaped;
}

void RequireRoom(uint64_t size, const StoredImage& image, const std::string& shown) {
  if (size >= kRootHeaderSize + image.virtual_size) return;
  RefuseRoot(shown, fmt::format("it has {} bytes; the image needs {}, and {} for a header", size,
                                image.virtual_size, kRootHeaderSize));
}

// By qemu-img, as QEMU's user, whose the node is.
void WriteImage(const std::filesystem::path& node, const PersistentRoot& part,
                const std::string& shown, const StoredImage& image, const VmConfig& config) {
  QemuImg qemu_img(kFill, shown, config, {});
  std::string target = fmt::format(
      "driver=raw,offset={},size={},file.driver=host_device,"
      "file.filename={}",
      part.offset, part.size, Escaped(node.string()));
  ProcessResult result = qemu_img.Run(
      {"convert", "-q", "-n", "-f", image.format, "--target-image-opts", image.file.string(),
       target},
      {.cpu = std::chrono::hours(1), .wall = std::chrono::hours(2), .file_size = part.size});
  if (!result.Succeeded()) throw qemu_img.Refusal(result.Failure());
}

void Fill(int fd, const std::filesystem::path& node, const PersistentRoot& part,
          const std::string& shown, const StoredImage& image, const VmConfig& config) {
  spdlog::info("filling persistent root disk {} from {}", shown, image.digest);
  WriteRootHeader(fd, {.ready = false, .image = image.digest}, shown);
  FaultPoint("fill-root.begun");
  WriteImage(node, part, shown, image, config);
  FaultPoint("fill-root.written");
  if (::fsync(fd) != 0) throw SystemError(errno, kFill, shown);
  WriteRootHeader(fd, {.ready = true, .image = image.digest}, shown);
}

}  // namespace

PersistentRoot PreparePersistentRoot(const std::filesystem::path& node, const std::string& shown,
                                     const StoredImage& image, const VmConfig& config) {
  UniqueFd fd = OpenFile(node, O_RDWR);
  uint64_t size = BlockDeviceSize(node);
  if (size <= kRootHeaderSize) RequireRoom(size, image, shown);
  PersistentRoot part{.offset = kRootHeaderSize, .size = size - kRootHeaderSize};
  auto header = ReadRootHeader(fd.get(), shown);
  if (header && header->ready) return part;
  if (!header && !IsBlankWhereHeaderIs(fd.get(), shown)) {
    RefuseRoot(shown,
               "it holds data that is no root disk of crimux; wipe its first MiB to have it "
               "filled from the image");
  }
  RequireRoom(size, image, shown);
  Fill(fd.get(), node, part, shown, image, config);
  return part;
}

}  // namespace crimux::vm
