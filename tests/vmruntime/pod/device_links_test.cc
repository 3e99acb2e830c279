#include "vmruntime/pod/device_links.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

runtime::v1::ContainerConfig WithDevices(std::initializer_list<const char*> paths) {
  runtime::v1::ContainerConfig config;
  for (const char* path : paths) config.add_devices()->set_container_path(path);
  return config;
}

std::string TargetOn(std::optional<DiskBus> bus) {
  return DeviceLinks(WithDevices({"/dev/data"}), {.bus = bus}).at(0).target;
}

TEST_CASE("a block volume is linked to its path, by its serial number on its bus") {
  CHECK(TargetOn(std::nullopt) == "/dev/disk/by-id/virtio-dev-data");
  CHECK(TargetOn(DiskBus::kVirtio) == "/dev/disk/by-id/virtio-dev-data");
  CHECK(TargetOn(DiskBus::kScsi) == "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_dev-data");
  CHECK(TargetOn(DiskBus::kSata) == "/dev/disk/by-id/ata-QEMU_HARDDISK_dev-data");
  CHECK(TargetOn(DiskBus::kIde) == "/dev/disk/by-id/ata-QEMU_HARDDISK_dev-data");
}

TEST_CASE("neither the root disk nor a CD-ROM is linked") {
  DiskOptions options{.cdroms = {{.device = "/dev/tools"}}};
  auto links = DeviceLinks(WithDevices({"/", "/dev/tools", "/srv/a b"}), options);
  REQUIRE(links.size() == 1);
  CHECK(links[0].path == "/srv/a b");
  CHECK(links[0].target == "/dev/disk/by-id/virtio-4d57b7b614bffd840512");
}

}  // namespace
}  // namespace crimux::vm
