#include "vmruntime/pod/container_disks.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/sizes.h"
#include "tests/vmruntime/disk/loop_device.h"
#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using Catch::Contains;
using grpc::StatusCode;

// A pod, whose container can be made again and again.
struct DiskPod {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  AnnotationMap annotations;
  std::vector<runtime::v1::Device> devices;
  int attempt = 0;

  std::string Sandbox(const std::string& uid = "uid", uint32_t sandbox_attempt = 0) {
    auto request = world.SandboxRequest("web");
    request.mutable_config()->mutable_metadata()->set_uid(uid);
    request.mutable_config()->mutable_metadata()->set_attempt(sandbox_attempt);
    request.mutable_config()->mutable_annotations()->insert(annotations.begin(), annotations.end());
    // A seed would be one more disk.
    request.mutable_config()->mutable_annotations()->insert({"crimux.io/cloud-init", "none"});
    return world.sandboxes.Run(request);
  }
  std::string Container(const std::string& sandbox) {
    auto request = world.ContainerRequest(sandbox);
    request.mutable_config()->mutable_metadata()->set_attempt(static_cast<uint32_t>(attempt++));
    for (const auto& device : devices) *request.mutable_config()->add_devices() = device;
    return world.containers.Create(request);
  }
  // Runs to its end.
  std::string Ended(const std::string& sandbox) {
    std::string id = Container(sandbox);
    world.containers.Start(id);
    dir.hypervisor.End(id, MachineEnd::kShutdown);
    return id;
  }
  void AddDevice(const std::string& host, const std::string& path,
                 const std::string& permissions = "mrw") {
    runtime::v1::Device& device = devices.emplace_back();
    device.set_host_path(host);
    device.set_container_path(path);
    device.set_permissions(permissions);
  }
  fs::path RootOf(const std::string& id) const {
    return world.registry.FindContainer(id)->root_disk();
  }
  std::vector<DiskSpec> DisksOf(const std::string& id) { return dir.hypervisor.specs.at(id).disks; }
};

// Which file it is, however it is called.
ino_t Inode(const fs::path& file) {
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  return info.st_ino;
}

TEST_CASE("the root disk is the same after the container was restarted, and goes with the pod") {
  DiskPod pod;
  std::string sandbox = pod.Sandbox();
  std::string first = pod.Ended(sandbox);
  ino_t root = Inode(pod.RootOf(first));
  pod.world.containers.Remove(first);
  CHECK(Inode(pod.RootOf(pod.Ended(sandbox))) == root);
  pod.world.sandboxes.Remove(sandbox);
  CHECK(pod.world.Empty());
}

TEST_CASE("by annotation each container has a fresh root disk") {
  DiskPod pod;
  pod.annotations = {{"crimux.io/root-lifetime", "container"}};
  std::string sandbox = pod.Sandbox();
  std::string first = pod.Ended(sandbox);
  std::string second = pod.Ended(sandbox);
  CHECK(Inode(pod.RootOf(first)) != Inode(pod.RootOf(second)));
  pod.world.containers.Remove(first);
  CHECK_FALSE(fs::exists(pod.RootOf(second).parent_path().parent_path() / first));
  pod.world.sandboxes.Remove(sandbox);
  CHECK(pod.world.Empty());
}

TEST_CASE("another sandbox of the same pod, as after a reboot, finds the pod's disks") {
  DiskPod pod;
  pod.annotations = {{"crimux.io/disks", "[{name: data, size: 1Mi}]"}};
  std::string before = pod.Sandbox("uid", 0);
  std::string id = pod.Ended(before);
  pod.world.sandboxes.Stop(before);
  std::string after = pod.Sandbox("uid", 1);
  std::string next = pod.Container(after);
  CHECK(Inode(pod.RootOf(next)) == Inode(pod.RootOf(id)));
  CHECK(pod.DisksOf(next)[1].file == pod.DisksOf(id)[1].file);
  pod.world.sandboxes.Remove(before);
  CHECK(fs::exists(pod.RootOf(next)));
  pod.world.sandboxes.Remove(after);
  CHECK(pod.world.Empty());
}

TEST_CASE("another pod of the same name has disks of its own") {
  DiskPod pod;
  std::string one = pod.Ended(pod.Sandbox("one", 0));
  std::string two = pod.Ended(pod.Sandbox("two", 1));
  CHECK(pod.RootOf(one) != pod.RootOf(two));
}

TEST_CASE("two machines never have one root disk") {
  DiskPod pod;
  std::string id = pod.Container(pod.Sandbox("uid", 0));
  pod.world.containers.Start(id);
  std::string other = pod.Sandbox("uid", 1);
  CHECK(CodeOf([&] { pod.Container(other); }) == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("disks of pods that no record knows go at the next start; known ones stay") {
  DiskPod pod;
  std::string id = pod.Ended(pod.Sandbox());
  fs::create_directories(pod.world.layout.Disks() / "stranger/vm");
  pod.world.Recover();
  CHECK(World::Entries(pod.world.layout.Disks()) == 1);
  CHECK(fs::exists(pod.RootOf(id)));
}

TEST_CASE("disks have the pod's bus, cache and I/O mode, and extra disks a serial and their own") {
  DiskPod pod;
  pod.annotations = {
      {"crimux.io/disk-bus", "scsi"},
      {"crimux.io/disk-cache", "none"},
      {"crimux.io/disk-io", "native"},
      {"crimux.io/root-size", "64Mi"},
      {"crimux.io/disks", "[{name: data, size: 1Mi}, {name: b, size: 1Mi, bus: sata}]"}};
  std::vector<DiskSpec> disks = pod.DisksOf(pod.Container(pod.Sandbox()));
  REQUIRE(disks.size() == 3);
  CHECK(disks[0].bus == DiskBus::kScsi);
  CHECK(disks[0].cache == DiskCache::kNone);
  CHECK(disks[0].io == DiskIo::kNative);
  CHECK(disks[0].bootable);
  CHECK(disks[1].serial == "data");
  CHECK(disks[1].bus == DiskBus::kScsi);
  CHECK_FALSE(disks[1].bootable);
  CHECK(disks[2].bus == DiskBus::kSata);
}

TEST_CASE("block devices are disks with serials from their paths, in order, read-only where said") {
  DiskPod pod;
  LoopDevice data(pod.dir.path() / "data", kMiB);
  LoopDevice logs(pod.dir.path() / "logs", kMiB);
  pod.AddDevice(data.path(), "/dev/data");
  pod.AddDevice(logs.path(), "/dev/logs", "r");
  std::string sandbox = pod.Sandbox();
  std::string id = pod.Container(sandbox);
  std::vector<DiskSpec> disks = pod.DisksOf(id);
  REQUIRE(disks.size() == 3);
  CHECK(disks[1].source == DiskSource::kBlock);
  CHECK(disks[1].format == "raw");
  CHECK(disks[1].serial == "dev-data");
  CHECK_FALSE(disks[1].readonly);
  CHECK(disks[2].serial == "dev-logs");
  CHECK(disks[2].readonly);
  pod.world.sandboxes.Remove(sandbox);
  CHECK(pod.world.Empty());
  CHECK(fs::exists(data.path()));
}

TEST_CASE("devices that cannot be disks are refused, and leave nothing") {
  DiskPod pod;
  LoopDevice data(pod.dir.path() / "data", kMiB);
  std::string sandbox = pod.Sandbox();
  SECTION("no block device") { pod.AddDevice("/dev/null", "/dev/data"); }
  SECTION("twice the same") {
    pod.AddDevice(data.path(), "/dev/one");
    pod.AddDevice(data.path(), "/dev/two");
  }
  SECTION("a read-only root") { pod.AddDevice(data.path(), "/", "r"); }
  CHECK(CodeOf([&] { pod.Container(sandbox); }) == StatusCode::INVALID_ARGUMENT);
  CHECK(pod.world.registry.Containers().empty());
  CHECK(World::Entries(pod.world.layout.Containers()) == 0);
}

TEST_CASE("a device that another pod's machine writes is refused; both may read") {
  DiskPod pod;
  LoopDevice data(pod.dir.path() / "data", kMiB);
  pod.AddDevice(data.path(), "/dev/data", "r");
  pod.Container(pod.Sandbox("one", 0));
  CHECK_NOTHROW(pod.Container(pod.Sandbox("two", 1)));
  pod.devices[0].set_permissions("rw");
  std::string third = pod.Sandbox("three", 2);
  CHECK_THROWS_WITH(pod.Container(third),
                    Contains("\"/dev/data\"") && Contains("uses the same device"));
}

TEST_CASE("the root disk is the block device at /, filled once") {
  DiskPod pod;
  pod.world.config.qemu_user = "root";  // as World has it
  LoopDevice root(pod.dir.path() / "root", 32 * kMiB);
  pod.AddDevice(root.path(), "/");
  std::string sandbox = pod.Sandbox();
  std::string id = pod.Container(sandbox);
  std::vector<DiskSpec> disks = pod.DisksOf(id);
  REQUIRE(disks.size() == 1);
  CHECK(disks[0].file == pod.RootOf(id));
  CHECK(disks[0].source == DiskSource::kBlock);
  CHECK(disks[0].offset == kMiB);
  CHECK(disks[0].size == 31 * kMiB);
  CHECK(disks[0].bootable);
  pod.world.sandboxes.Remove(sandbox);
  CHECK(pod.world.Empty());
}

TEST_CASE("CD-ROMs come from mounts and devices, those to boot from before the root disk") {
  DiskPod pod;
  LoopDevice tools(pod.dir.path() / "tools", kMiB);
  pod.AddDevice(tools.path(), "/dev/tools");
  pod.annotations = {
      {"crimux.io/cdroms", "[{device: /dev/tools}, {path: /isos/a.iso, boot: true}]"}};
  WriteFileAtomically(pod.dir.path() / "a.iso", "iso");
  std::string sandbox = pod.Sandbox();
  auto request = pod.world.ContainerRequest(sandbox);
  auto& mount = *request.mutable_config()->add_mounts();
  mount.set_host_path(pod.dir.path());
  mount.set_container_path("/isos");
  *request.mutable_config()->add_devices() = pod.devices[0];
  std::vector<DiskSpec> disks = pod.DisksOf(pod.world.containers.Create(request));
  REQUIRE(disks.size() == 3);
  CHECK(disks[0].device == DiskDevice::kCdrom);
  CHECK(disks[0].bootable);
  CHECK(ReadFile(disks[0].file) == "iso");
  CHECK(disks[1].device == DiskDevice::kDisk);
  CHECK(disks[2].device == DiskDevice::kCdrom);
  CHECK(disks[2].source == DiskSource::kBlock);
  CHECK_FALSE(disks[2].bootable);
}

TEST_CASE("a CD-ROM that is not there is refused") {
  DiskPod pod;
  pod.annotations = {{"crimux.io/cdroms", "[{device: /dev/none}]"}};
  std::string sandbox = pod.Sandbox();
  CHECK_THROWS_WITH(pod.Container(sandbox),
                    Contains("\"/dev/none\"") && Contains("no such device"));
}

TEST_CASE("the next container of the pod is the same machine for its guest") {
  DiskPod pod;
  std::string sandbox = pod.Sandbox();
  std::string first = pod.Ended(sandbox);
  std::string second = pod.Container(sandbox);
  CHECK(pod.dir.hypervisor.specs.at(first).uuid == pod.dir.hypervisor.specs.at(second).uuid);
  // libvirt has one machine with a UUID.
  CHECK(pod.dir.hypervisor.machines.count(first) == 0);
  CHECK(pod.dir.hypervisor.machines.count(second) == 1);
}

TEST_CASE("UEFI's variables are kept with the root disk, or go with it") {
  DiskPod pod;
  pod.annotations = {{"crimux.io/firmware", "uefi"}};
  std::string kept = pod.Container(pod.Sandbox("one", 0));
  CHECK(pod.dir.hypervisor.specs.at(kept).platform.nvram ==
        pod.RootOf(kept).parent_path() / "nvram.fd");
  pod.annotations.insert({"crimux.io/root-lifetime", "container"});
  std::string own = pod.Container(pod.Sandbox("two", 1));
  CHECK(pod.dir.hypervisor.specs.at(own).platform.nvram ==
        pod.world.layout.Container(own) / "nvram.fd");
}

TEST_CASE("libvirt's XML is refused with the pod, unless the config allows its elements") {
  DiskPod pod;
  pod.annotations = {
      {"crimux.io/libvirt-xml", "<domain><devices><sound model='ich9'/></devices></domain>"}};
  CHECK_THROWS_WITH(pod.Sandbox(), Contains("crimux.io/libvirt-xml"));
  CHECK(pod.world.Empty());
  pod.world.config.libvirt_xml_elements = {"devices/sound"};
  std::string id = pod.Container(pod.Sandbox());
  REQUIRE(pod.dir.hypervisor.specs.at(id).patches.size() == 1);
  CHECK(pod.dir.hypervisor.specs.at(id).patches[0].parent == "devices");
}

}  // namespace
}  // namespace crimux::vm
