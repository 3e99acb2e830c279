#include "vmruntime/annotations/disk_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "vmruntime/annotations/yaml_fields.h"
#include "vmruntime/machine/domain/words.h"

namespace crimux::vm {
namespace {

constexpr size_t kMostDisks = 24;
constexpr size_t kMostCdroms = 4;
constexpr size_t kLongestDiskName = 20;  // what virtio passes on of a serial number
constexpr uint64_t kSmallestDisk = 1 << 20;

bool IsName(const std::string& name) {
  auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return name.size() <= kLongestDiskName && std::ranges::all_of(name, plain) &&
         name.front() != '-' && name.back() != '-';
}

ExtraDisk ReadDisk(const YamlFields& fields) {
  ExtraDisk disk{.name = fields.RequiredText("name"), .bus = fields.Choice("bus", kDiskBusWords)};
  if (!IsName(disk.name)) {
    fields.RefuseValue("name", disk.name,
                       fmt::format("is not made of up to {} lower-case letters, digits and dashes",
                                   kLongestDiskName));
  }
  std::string size = fields.RequiredText("size");
  disk.size = fields.Bytes("size").value_or(0);
  if (disk.size < kSmallestDisk || disk.size > kLargestDisk) {
    fields.RefuseValue("size", size, "is not between 1Mi and 64Ti");
  }
  return disk;
}

std::vector<ExtraDisk> ReadDisks(const AnnotationReader& reader) {
  std::vector<ExtraDisk> disks;
  for (const YAML::Node& node : YamlList(reader, annotation::kDisks, kMostDisks)) {
    YamlFields fields(reader, annotation::kDisks, node, fmt::format("disk {}", disks.size() + 1),
                      {"name", "size", "bus"});
    ExtraDisk disk = ReadDisk(fields);
    if (std::ranges::count(disks, disk.name, &ExtraDisk::name) != 0) {
      fields.RefuseValue("name", disk.name, "another one has, too");
    }
    disks.push_back(std::move(disk));
  }
  return disks;
}

std::vector<Cdrom> ReadCdroms(const AnnotationReader& reader) {
  std::vector<Cdrom> cdroms;
  for (const YAML::Node& node : YamlList(reader, annotation::kCdroms, kMostCdroms)) {
    YamlFields fields(reader, annotation::kCdroms, node,
                      fmt::format("CD-ROM {}", cdroms.size() + 1), {"path", "device", "boot"});
    Cdrom cdrom{.path = fields.Text("path").value_or(""),
                .device = fields.Text("device").value_or(""),
                .boot = fields.Flag("boot")};
    if (cdrom.path.empty() == cdrom.device.empty()) fields.Refuse("needs either path or device");
    cdroms.push_back(std::move(cdrom));
  }
  return cdroms;
}

std::optional<DiskIo> ReadIo(const AnnotationReader& reader, DiskCache cache) {
  auto io = reader.Choice(annotation::kDiskIo, kDiskIoWords);
  bool direct = cache == DiskCache::kNone || cache == DiskCache::kDirectsync;
  if (io == DiskIo::kNative && !direct) {
    reader.Refuse(annotation::kDiskIo,
                  fmt::format("native needs {} none or directsync", annotation::kDiskCache.name));
  }
  return io;
}

uint64_t ReadRootSize(const AnnotationReader& reader) {
  uint64_t size = reader.Bytes(annotation::kRootSize).value_or(0);
  if (size > kLargestDisk) reader.Refuse(annotation::kRootSize, "a disk can have 64Ti");
  return size;
}

}  // namespace

DiskOptions ReadDiskOptions(const AnnotationReader& reader) {
  DiskOptions options;
  options.bus = reader.Choice(annotation::kDiskBus, kDiskBusWords);
  options.cache = reader.Choice(annotation::kDiskCache, kDiskCacheWords).value_or(options.cache);
  options.io = ReadIo(reader, options.cache);
  options.discard = reader.Flag(annotation::kDiskDiscard, true);
  options.root_size = ReadRootSize(reader);
  options.keep_root =
      reader.Choice<bool>(annotation::kRootLifetime, {{"pod", true}, {"container", false}})
          .value_or(true);
  options.disks = ReadDisks(reader);
  options.cdroms = ReadCdroms(reader);
  return options;
}

}  // namespace crimux::vm
