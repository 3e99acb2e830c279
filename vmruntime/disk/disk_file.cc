#include "vmruntime/disk/disk_file.h"

#include <absl/cleanup/cleanup.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/process.h"

namespace crimux::vm {
namespace {

// qemu-img says why it failed in words only; a disk without room tells by itself.
bool DiskIsFull(const std::filesystem::path& directory) {
  struct statvfs fs {};
  return ::statvfs(directory.c_str(), &fs) == 0 && fs.f_bavail * fs.f_frsize < (1U << 20);
}

// `options` and `size` are qemu-img create's. Empty size: the backing file's.
void Create(const std::filesystem::path& file, std::vector<std::string> options,
            const std::string& size, Owner owner) {
  const std::filesystem::path fresh = file.string() + ".new";
  ::unlink(fresh.c_str());
  absl::Cleanup remove = [&] { ::unlink(fresh.c_str()); };
  std::vector<std::string> argv = {"qemu-img", "create", "-q", "-f", "qcow2"};
  argv.insert(argv.end(), options.begin(), options.end());
  argv.push_back(fresh.string());
  if (!size.empty()) argv.push_back(size);
  ProcessResult result = RunProcess({.argv = argv});
  if (!result.Succeeded()) {
    throw Error(DiskIsFull(file.parent_path()) ? grpc::StatusCode::RESOURCE_EXHAUSTED
                                               : grpc::StatusCode::INTERNAL,
                "create disk", file.string(), result.Failure());
  }
  SetOwner(fresh, owner);
  FaultPoint("create-disk.written");
  if (::rename(fresh.c_str(), file.c_str()) != 0) {
    throw SystemError(errno, "create disk", file.string());
  }
  FaultPoint("create-disk.named");
  std::move(remove).Cancel();
}

}  // namespace

void CreateRootDisk(const std::filesystem::path& file, const StoredImage& image, uint64_t size,
                    Owner owner) {
  std::string grown = size > image.virtual_size ? std::to_string(size) : "";
  Create(file, {"-F", image.format, "-b", image.file.string()}, grown, owner);
}

void CreateEmptyDisk(const std::filesystem::path& file, uint64_t size, Owner owner) {
  Create(file, {}, std::to_string(size), owner);
}

}  // namespace crimux::vm
