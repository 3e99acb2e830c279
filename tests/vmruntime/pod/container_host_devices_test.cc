#include "vmruntime/pod/container_host_devices.h"

#include <catch2/catch.hpp>

#include "tests/unix_listener.h"
#include "tests/vmruntime/device/fake_sysfs.h"
#include "tests/vmruntime/pod/fake_rooms.h"
#include "vmruntime/device/character_device.h"

namespace crimux::vm {
namespace {

using Devices = std::vector<HostDeviceSpec>;
using Catch::Contains;
using grpc::StatusCode;

struct DevicePod {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  FakeSysfs sysfs{dir.path() / "node"};
  state::ContainerRecord container;

  DevicePod() {
    container.set_id("c1");
    std::filesystem::create_directories(world.layout.Container("c1"));
  }
  void Give(const std::filesystem::path& node) {
    auto* device = container.mutable_config()->add_devices();
    device->set_host_path(node);
    device->set_container_path(node);
  }
  Devices Added() {
    MachineSpec spec;
    AddHostDevices(container, world.rooms, &spec, sysfs.path());
    return spec.host_devices;
  }
};

TEST_CASE("what device plugins give becomes devices of the machine, in order; disks are others'") {
  DevicePod pod;
  pod.sysfs.Pci("1", "0000:01:00.0", "0x030000", "vfio-pci");
  pod.Give(pod.sysfs.Device("virtual/misc/vfio"));
  pod.Give(pod.sysfs.Device("virtual/misc/vhost-vsock"));
  pod.Give(pod.sysfs.Device("virtual/vfio/1"));
  pod.Give("/dev/loop-control-is-not-there");
  CHECK(pod.Added() == Devices{Vsock{}, PciFunction{"0000:01:00.0"}});
  auto opened = NodesThatQemuOpens(pod.container, {}, pod.sysfs.path());
  REQUIRE(opened.size() == 1);
  CHECK(*opened.begin() == pod.container.config().devices(2).host_path());
}

TEST_CASE("a function that is a card of the pod's network is not added again") {
  DevicePod pod;
  pod.sysfs.Pci("1", "0000:01:00.0", "0x020000", "vfio-pci");
  pod.sysfs.Pci("2", "0000:01:00.1", "0x020000", "vfio-pci");
  pod.Give(pod.sysfs.Device("virtual/vfio/1"));
  pod.Give(pod.sysfs.Device("virtual/vfio/2"));
  MachineSpec spec;
  spec.nics = {{.pci = "0000:01:00.0"}};
  AddHostDevices(pod.container, pod.world.rooms, &spec, pod.sysfs.path());
  CHECK(spec.host_devices == Devices{PciFunction{"0000:01:00.1"}});
}

TEST_CASE("a vDPA device that is a card of the pod's network is not added again") {
  DevicePod pod;
  pod.Give("/dev/null");
  MachineSpec spec;
  spec.nics = {{.vdpa = "/dev/../dev/null"}};
  AddHostDevices(pod.container, pod.world.rooms, &spec, pod.sysfs.path());
  CHECK(spec.host_devices.empty());
}

TEST_CASE("QEMU opens the sockets of switches by their path, but no vDPA device") {
  DevicePod pod;
  state::SandboxRecord sandbox;
  auto opened = [&] { return NodesThatQemuOpens(pod.container, sandbox, pod.sysfs.path()); };
  state::Network::Interface& card = *sandbox.mutable_network()->add_interfaces();
  std::filesystem::path socket = pod.dir.path() / "own/switch";
  std::filesystem::create_directory(socket.parent_path());
  SECTION("as the client the socket, which is refused when it has gone") {
    card.set_vhost_socket(socket);
    CHECK_THROWS_WITH(opened(), Contains(socket.string()) && Contains("it is not there"));
    CHECK(CodeOf([&] { opened(); }) == StatusCode::FAILED_PRECONDITION);
    UnixListener listener(socket);
    CHECK(opened() == std::set{socket});
  }
  SECTION("as the server the folder") {
    card.set_vhost_socket(socket);
    card.set_vhost_server(true);
    CHECK(opened() == std::set{socket.parent_path()});
  }
  SECTION("a vDPA device that is there, and one that has gone") {
    card.set_vdpa("/dev/null");
    CHECK(opened().empty());
    card.set_vdpa("/dev/vhost-vdpa-none");
    CHECK_THROWS_WITH(opened(), Contains("/dev/vhost-vdpa-none"));
  }
}

TEST_CASE("a serial line has a node of the machine's own") {
  DevicePod pod;
  auto line = pod.sysfs.Device("pci0000:00/ttyS1/tty/ttyS1");
  pod.sysfs.File("devices/pci0000:00/ttyS1/tty/ttyS1/device/x", "");
  pod.Give(line);
  auto node = pod.world.layout.Container("c1") / "serial-0";
  CHECK(pod.Added() == Devices{SerialLine{node}});
  CHECK(IsCharacterDevice(node));
}

TEST_CASE("a device that is there twice is refused, and so is what a VM can't have") {
  DevicePod pod;
  auto code = [&] { return CodeOf([&] { pod.Added(); }); };
  SECTION("twice") {
    auto vsock = pod.sysfs.Device("virtual/misc/vhost-vsock");
    pod.Give(vsock);
    pod.Give(vsock);
    CHECK_THROWS_WITH(pod.Added(), Contains(vsock.string()) && Contains("has it already"));
    CHECK(code() == StatusCode::INVALID_ARGUMENT);
  }
  SECTION("no use for it") {
    pod.Give("/dev/null");
    CHECK_THROWS_WITH(pod.Added(), Contains("/dev/null"));
    CHECK(code() == StatusCode::INVALID_ARGUMENT);
  }
}

}  // namespace
}  // namespace crimux::vm
