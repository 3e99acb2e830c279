#include "vmruntime/device/host_devices.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/device/fake_sysfs.h"
#include "vmruntime/device/character_device.h"
#include "vmruntime/device/vfio_group.h"

namespace crimux::vm {
namespace {

using Devices = std::vector<HostDeviceSpec>;
using Catch::Contains;
using grpc::StatusCode;

struct Node {
  TemporaryDir dir;
  FakeSysfs sysfs{dir.path()};

  Devices Of(const std::filesystem::path& node) { return HostDevicesOf(node, sysfs.path()); }
  // Code and text.
  std::pair<StatusCode, std::string> Fault(const std::filesystem::path& node) {
    try {
      Of(node);
    } catch (const Error& e) {
      return {e.code(), e.what()};
    }
    return {StatusCode::OK, ""};
  }
};

TEST_CASE("a VFIO group is its PCI functions without bridges, in the order of their addresses") {
  Node node;
  auto group = node.sysfs.Device("virtual/vfio/42");
  node.sysfs.Pci("42", "0000:3b:00.1", "0x040300", "vfio-pci");
  node.sysfs.Pci("42", "0000:3b:00.0", "0x030000", "vfio-pci");
  node.sysfs.Pci("42", "0000:3a:00.0", "0x060400", "pcieport");
  node.sysfs.Pci("43", "0000:3c:00.0", "0x030000", "nouveau");
  CHECK(node.Of(group) == Devices{PciFunction{"0000:3b:00.0"}, PciFunction{"0000:3b:00.1"}});
  CHECK(QemuOpensByPath(group, node.sysfs.path()));
}

TEST_CASE("a function's group has a node, if there is a group") {
  Node node;
  auto devices = node.sysfs.path() / "bus/pci/devices";
  std::filesystem::create_directories(devices / "0000:3b:00.1");
  std::filesystem::create_directory_symlink("../../../../kernel/iommu_groups/42",
                                            devices / "0000:3b:00.1/iommu_group");
  CHECK(GroupNodeOf("0000:3b:00.1", node.sysfs.path()) == "/dev/vfio/42");
  CHECK(GroupNodeOf("0000:3b:00.2", node.sysfs.path()).empty());
}

TEST_CASE("a vendor's VFIO driver is one, too") {
  Node node;
  node.sysfs.Pci("1", "0000:01:00.0", "0x020000", "mlx5_vfio_pci");
  CHECK(node.Of(node.sysfs.Device("virtual/vfio/1")) == Devices{PciFunction{"0000:01:00.0"}});
}

TEST_CASE("a group with a mediated device is that") {
  Node node;
  node.sysfs.Mediated("7", "4b20d080-1b54-4048-85b3-a6a62d165c01");
  CHECK(node.Of(node.sysfs.Device("virtual/vfio/7")) ==
        Devices{MediatedDevice{"4b20d080-1b54-4048-85b3-a6a62d165c01"}});
}

TEST_CASE("a group that can't be given is refused with the device that is in the way") {
  Node node;
  SECTION("another driver") {
    node.sysfs.Pci("3", "0000:01:00.0", "0x030000", "vfio-pci");
    node.sysfs.Pci("3", "0000:01:00.1", "0x040300", "snd_hda_intel");
    auto [code, text] = node.Fault(node.sysfs.Device("virtual/vfio/3"));
    CHECK(code == StatusCode::FAILED_PRECONDITION);
    CHECK_THAT(text, Contains("0000:01:00.1") && Contains("has the driver snd_hda_intel"));
  }
  SECTION("no driver") {
    node.sysfs.Pci("3", "0000:01:00.0", "0x030000", "");
    auto [code, text] = node.Fault(node.sysfs.Device("virtual/vfio/3"));
    CHECK(code == StatusCode::FAILED_PRECONDITION);
    CHECK_THAT(text, Contains("0000:01:00.0") && Contains("has no driver"));
  }
  SECTION("bridges alone") {
    node.sysfs.Pci("3", "0000:00:01.0", "0x060400", "pcieport");
    auto [code, text] = node.Fault(node.sysfs.Device("virtual/vfio/3"));
    CHECK(code == StatusCode::FAILED_PRECONDITION);
    CHECK_THAT(text, Contains("IOMMU group 3"));
  }
  SECTION("no IOMMU") {
    auto [code, text] = node.Fault(node.sysfs.Device("virtual/vfio/noiommu-0"));
    CHECK(code == StatusCode::INVALID_ARGUMENT);
    CHECK_THAT(text, Contains("IOMMU"));
  }
}

TEST_CASE("USB devices, serial lines and vsock are known by what sysfs says of their numbers") {
  Node node;
  auto usb = node.sysfs.Device("pci0000:00/0000:00:14.0/usb1/1-4");
  node.sysfs.File("devices/pci0000:00/0000:00:14.0/usb1/1-4/busnum", "1\n");
  node.sysfs.File("devices/pci0000:00/0000:00:14.0/usb1/1-4/devnum", "12\n");
  CHECK(node.Of(usb) == Devices{UsbDevice{1, 12}});
  CHECK(QemuOpensByPath(usb, node.sysfs.path()));

  auto line = node.sysfs.Device("pci0000:00/0000:00:14.0/usb1/1-5/1-5:1.0/ttyUSB0/tty/ttyUSB0");
  node.sysfs.File("devices/pci0000:00/0000:00:14.0/usb1/1-5/1-5:1.0/ttyUSB0/tty/ttyUSB0/device/x",
                  "");
  CHECK(node.Of(line) == Devices{SerialLine{line}});
  CHECK_FALSE(QemuOpensByPath(line, node.sysfs.path()));

  CHECK(node.Of(node.sysfs.Device("virtual/misc/vhost-vsock")) == Devices{Vsock{}});
}

TEST_CASE("what QEMU uses by itself is taken, and adds nothing") {
  Node node;
  for (const char* name : {"kvm", "tun", "vhost-net", "vfio"}) {
    CHECK(node.Of(node.sysfs.Device(std::string("virtual/misc/") + name)).empty());
  }
}

TEST_CASE("what a VM can't have is refused by name") {
  Node node;
  for (const char* folder : {"virtual/mem/null", "virtual/tty/tty1", "virtual/misc/fuse",
                             "pci0000:00/0000:01:00.0/drm/card0"}) {
    auto device = node.sysfs.Device(folder);
    auto [code, text] = node.Fault(device);
    CHECK(code == StatusCode::INVALID_ARGUMENT);
    CHECK_THAT(text, Contains(device.string()));
  }
  CHECK(node.Fault("/dev/null").first == StatusCode::INVALID_ARGUMENT);
  CHECK_THAT(node.Fault(node.dir.path() / "none").second, Contains("none"));
}

TEST_CASE("a machine's own node of a device is its owner's alone, and the node's stays as it is") {
  Node node;
  auto device = node.sysfs.Device("virtual/vfio/1");
  auto own = node.dir.path() / "own";
  MakeCharacterNode(device, own, {4321, 4322});
  struct stat info {};
  struct stat original {};
  REQUIRE(::stat(own.c_str(), &info) == 0);
  REQUIRE(::stat(device.c_str(), &original) == 0);
  CHECK(info.st_rdev == original.st_rdev);
  CHECK(info.st_uid == 4321);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(original.st_uid == 0);
  CHECK(IsCharacterDevice(own));
  CHECK_FALSE(IsCharacterDevice(node.dir.path()));
  CHECK_FALSE(IsCharacterDevice(node.dir.path() / "none"));
}

}  // namespace
}  // namespace crimux::vm
