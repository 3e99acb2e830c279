#include "vmruntime/console/checkpoint.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <boost/crc.hpp>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

// Slots lie in different sectors, so that a torn write spoils one only.
constexpr size_t kSlotSpacing = 512;
constexpr std::array<char, 8> kMagicAndVersion = {'c', 'r', 'x', 'c', 'o', 'n', 0, 1};

// The record on disk, in the byte order of this machine.
struct Slot {
  std::array<char, 8> magic = kMagicAndVersion;
  uint64_t sequence = 0;
  uint64_t source_offset = 0;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t log_size = 0;
  uint64_t checksum = 0;
};
static_assert(sizeof(Slot) == 56);

uint64_t Checksum(const Slot& slot) {
  boost::crc_32_type crc;
  crc.process_bytes(&slot, offsetof(Slot, checksum));
  return crc.checksum();
}

bool IsValid(const Slot& slot) {
  return slot.magic == kMagicAndVersion && slot.checksum == Checksum(slot);
}

off_t Place(uint64_t sequence) { return static_cast<off_t>(sequence % 2 * kSlotSpacing); }

void WriteAt(int fd, const void* data, size_t size, off_t place,
             const std::filesystem::path& path) {
  ssize_t n = 0;
  do n = ::pwrite(fd, data, size, place);
  while (n < 0 && errno == EINTR);
  if (n != static_cast<ssize_t>(size)) {
    throw SystemError(n < 0 ? errno : ENOSPC, "write console checkpoint", path.string());
  }
}

}  // namespace

CheckpointFile::CheckpointFile(const std::filesystem::path& path)
    : path_(path), fd_(OpenFile(path, O_RDWR | O_CREAT | O_NOFOLLOW)) {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) throw SystemError(errno, "stat", path.string());
  if (status.st_size < static_cast<off_t>(2 * kSlotSpacing)) {
    std::array<char, 2 * kSlotSpacing> room{};
    WriteAt(fd_.get(), room.data(), room.size(), 0, path_);
  }
  Load();
}

void CheckpointFile::Load() {
  bool used = false;
  for (uint64_t i = 0; i < 2; ++i) {
    Slot slot;
    if (::pread(fd_.get(), &slot, sizeof slot, Place(i)) != static_cast<ssize_t>(sizeof slot)) {
      throw SystemError(errno, "read console checkpoint", path_.string());
    }
    used = used || slot.magic[0] != 0;
    if (!IsValid(slot) || slot.sequence < sequence_) continue;
    sequence_ = slot.sequence;
    saved_ = Checkpoint{slot.source_offset, {slot.device, slot.inode, slot.log_size}};
  }
  if (used && !saved_) {
    spdlog::warn("console checkpoint \"{}\" is unreadable, starting anew", path_.string());
  }
}

void CheckpointFile::Save(const Checkpoint& checkpoint) {
  Slot slot;
  slot.sequence = sequence_ + 1;
  slot.source_offset = checkpoint.source_offset;
  slot.device = checkpoint.log.device;
  slot.inode = checkpoint.log.inode;
  slot.log_size = checkpoint.log.size;
  slot.checksum = Checksum(slot);
  WriteAt(fd_.get(), &slot, sizeof slot, Place(slot.sequence), path_);
  sequence_ = slot.sequence;
  saved_ = checkpoint;
}

}  // namespace crimux::vm
