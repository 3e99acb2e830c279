#include "vmruntime/machine/domain/domain_xml.h"

#include <catch2/catch.hpp>
#include <pugixml.hpp>

#include "base/file.h"
#include "vmruntime/machine/domain/own_memory.h"

namespace crimux::vm {
namespace {

std::string Golden(const std::string& name) {
  return ReadFile(std::filesystem::path(GOLDEN_DIR) / (name + ".xml"));
}

MachineSpec Minimal() {
  MachineSpec spec;
  spec.name = "web";
  spec.uuid = "6f1c9d38-8a4e-4f0a-9d53-0123456789ab";
  spec.memory.size = 1ULL << 30;
  spec.disks = {{.file = "/disks/root.qcow2"}};
  spec.console_socket = "/run/web/console";
  spec.console_log = "/logs/web/console.log";
  return spec;
}

TEST_CASE("a minimal machine under TCG has the reviewed XML") {
  CHECK(DomainXml(Minimal(), {}) == Golden("minimal"));
}

TEST_CASE("a machine under KVM with a configured emulator has the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.vcpus = 4;
  CHECK(DomainXml(spec, {.kvm = true, .emulator = "/opt/qemu"}) == Golden("kvm"));
}

TEST_CASE("a machine that can grow has the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.vcpus = 2;
  spec.max_vcpus = 8;
  spec.memory.max = 2ULL << 30;
  CHECK(DomainXml(spec, {}) == Golden("growing"));
  spec = Minimal();
  spec.max_vcpus = 1;
  spec.memory.max = spec.memory.size;
  CHECK(DomainXml(spec, {}) == Golden("minimal"));
}

TEST_CASE("a machine in hugepages of certain nodes has the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.memory.page_size = 2 << 20;
  spec.memory.nodes = "0";
  CHECK(DomainXml(spec, {}) == Golden("hugepages"));
}

TEST_CASE("QEMU's own need grows with what the machine has") {
  MachineSpec spec = Minimal();
  const uint64_t least = OwnMemory(spec, true);
  CHECK(least == (128U + 4 + 8) << 20);
  CHECK(OwnMemory(spec, false) == least + kTranslatedCode + (128U << 20));
  spec.max_vcpus = 3;
  CHECK(OwnMemory(spec, true) == least + (8U << 20));
  spec.memory.max = 3ULL << 30;
  CHECK(OwnMemory(spec, true) == least + ((8U + 16) << 20));
  spec.platform.tpm = true;
  spec.platform.video = VideoModel::kVga;
  spec.share = ShareSpec{.tag = "crimux", .socket = "/s"};
  CHECK(OwnMemory(spec, true) == least + ((8U + 16 + 16 + 32 + 64) << 20));
}

TEST_CASE("disks keep their order, formats and write protection in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.disks.push_back({.file = "/disks/data.img", .format = "raw"});
  spec.disks.push_back({.file = "/disks/seed.iso", .format = "raw", .readonly = true});
  CHECK(DomainXml(spec, {}) == Golden("disks"));
}

TEST_CASE("devices of the node are what they are on it in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.host_devices = {
      PciFunction{"0000:3b:00.1"},       MediatedDevice{"4b20d080-1b54-4048-85b3-a6a62d165c01"},
      UsbDevice{.bus = 1, .number = 12}, SerialLine{"/nodes/serial-0"},
      SerialLine{"/nodes/serial-1"},     Vsock{}};
  CHECK(DomainXml(spec, {}) == Golden("host_devices"));
}

TEST_CASE("disks sit on the buses that they ask for in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.disks[0].bus = DiskBus::kScsi;
  spec.disks.push_back({.file = "/dev/private",
                        .format = "raw",
                        .bus = DiskBus::kScsi,
                        .source = DiskSource::kBlock,
                        .serial = "data",
                        .cache = DiskCache::kNone,
                        .io = DiskIo::kNative,
                        .discard = false,
                        .bootable = false});
  spec.disks.push_back({.file = "/disks/old.qcow2", .bus = DiskBus::kSata, .bootable = false});
  spec.disks.push_back({.file = "/disks/seed.iso",
                        .format = "raw",
                        .readonly = true,
                        .device = DiskDevice::kCdrom,
                        .bootable = false});
  CHECK(DomainXml(spec, {}) == Golden("buses"));
}

TEST_CASE("a root disk that is a part of a block device has the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.disks = {{.file = "/disks/root",
                 .format = "raw",
                 .source = DiskSource::kBlock,
                 .offset = 1 << 20,
                 .size = 1 << 30}};
  CHECK(DomainXml(spec, {}) == Golden("block_root"));
}

TEST_CASE("a machine with UEFI has the reviewed XML, with Secure Boot and a TPM, too") {
  MachineSpec spec = Minimal();
  spec.platform.firmware = Firmware::kUefi;
  spec.platform.nvram = "/disks/nvram.fd";
  CHECK(DomainXml(spec, {}) == Golden("uefi"));
  spec.platform.firmware = Firmware::kUefiSecureBoot;
  spec.platform.tpm = true;
  CHECK(DomainXml(spec, {}) == Golden("secure_boot"));
}

TEST_CASE("a described CPU has the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.vcpus = 2;
  spec.platform.cpu = {.mode = "custom",
                       .match = "exact",
                       .check = "none",
                       .model = "Westmere",
                       .fallback = "forbid",
                       .vendor_id = "GenuineIntel",
                       .topology = CpuTopology{.cores = 2},
                       .cache = CpuCache{.mode = "disable"},
                       .features = {{"avx", "disable"}}};
  CHECK(DomainXml(spec, {}) == Golden("cpu"));
}

TEST_CASE("an old machine with IDE, a screen, a TPM and an old network card has the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.platform = {.machine = MachineType::kPc, .tpm = true, .video = VideoModel::kVga};
  spec.disks[0].bus = DiskBus::kIde;
  spec.disks.push_back({.file = "/disks/a.iso",
                        .format = "raw",
                        .readonly = true,
                        .device = DiskDevice::kCdrom,
                        .bootable = false});
  spec.nics.push_back({.tap = "tap0", .mac = "0a:58:0a:58:00:05", .model = NicModel::kRtl8139});
  CHECK(DomainXml(spec, {}) == Golden("pc"));
}

TEST_CASE("a machine for Windows has the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.platform = {.video = VideoModel::kVga, .hyperv = true, .localtime = true};
  spec.disks[0].bus = DiskBus::kSata;
  spec.nics.push_back({.tap = "tap0", .mac = "0a:58:0a:58:00:05", .model = NicModel::kE1000e});
  CHECK(DomainXml(spec, {.kvm = true}) == Golden("windows"));
}

TEST_CASE("patches come beside devices, and instead of other elements, in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.patches = {{"features", "<pmu state=\"off\"/>"},
                  {"devices", "<sound model=\"ich9\"/>"},
                  {"", "<on_reboot>destroy</on_reboot>"},
                  {"", "<cputune><shares>512</shares></cputune>"}};
  CHECK(DomainXml(spec, {}) == Golden("patched"));
}

TEST_CASE("network cards sit on their taps in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.nics.push_back({.tap = "tap0", .mac = "0a:58:0a:58:00:05"});
  spec.nics.push_back({.tap = "tap1", .mac = "0a:58:0a:59:00:05", .mtu = 9000});
  CHECK(DomainXml(spec, {}) == Golden("nics"));
}

TEST_CASE("cards of several models, with queues and in the boot order, have the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.disks.push_back({.file = "/disks/data.img", .format = "raw"});
  spec.nics = {
      {.tap = "tap0", .mac = "0a:58:0a:58:00:05", .queues = 4},
      {.tap = "tap1", .mac = "0a:58:0a:59:00:05", .boot = NicBoot::kLast},
      {.tap = "tap2",
       .mac = "0a:58:0a:5a:00:05",
       .model = NicModel::kE1000,
       .boot = NicBoot::kFirst},
  };
  CHECK(DomainXml(spec, {}) == Golden("nic_choices"));
}

TEST_CASE("SR-IOV functions stand among the other cards in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.nics = {{.tap = "tap0", .mac = "0a:58:0a:58:00:05"},
               {.pci = "0000:3b:02.1", .mac = "0a:58:0a:59:00:05"},
               {.pci = "0001:af:1f.7", .mac = "0a:58:0a:5a:00:05", .boot = NicBoot::kFirst}};
  CHECK(DomainXml(spec, {}) == Golden("sriov"));
}

TEST_CASE("a vDPA device stands among the other cards in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.nics = {{.tap = "tap0", .mac = "0a:58:0a:58:00:05"},
               {.vdpa = "/dev/vhost-vdpa-0",
                .mac = "0a:58:0a:59:00:05",
                .model = NicModel::kE1000e,
                .queues = 4,
                .boot = NicBoot::kLast}};
  CHECK(DomainXml(spec, {}) == Golden("vdpa"));
}

TEST_CASE("vhost-user sockets have the reviewed XML, and memory that the switch can see") {
  MachineSpec spec = Minimal();
  spec.nics = {{.vhost_socket = "/run/switch/p1",
                .mac = "0a:58:0a:58:00:05",
                .mtu = 9000,
                .model = NicModel::kE1000e,
                .queues = 2},
               {.vhost_socket = "/run/switch/p2",
                .vhost_server = true,
                .mac = "0a:58:0a:59:00:05",
                .boot = NicBoot::kFirst}};
  CHECK(DomainXml(spec, {}) == Golden("vhost_user"));
}

TEST_CASE("a pod's mounts come by virtiofs, with memory that virtiofsd can see") {
  MachineSpec spec = Minimal();
  spec.share = {.tag = "crimux", .socket = "/run/web/share"};
  CHECK(DomainXml(spec, {}) == Golden("virtiofs"));
}

TEST_CASE("a pod's mounts come by 9p") {
  MachineSpec spec = Minimal();
  spec.share = {.tag = "crimux", .folder = "/disks/share"};
  CHECK(DomainXml(spec, {}) == Golden("9p"));
}

TEST_CASE("files of the firmware's configuration device are in the reviewed XML") {
  MachineSpec spec = Minimal();
  spec.firmware_files.push_back({"opt/com.coreos/config", "/machines/web/ignition,1.json"});
  CHECK(DomainXml(spec, {}) == Golden("firmware_files"));
}

TEST_CASE("markup in names and paths stays text") {
  const std::string evil = "a<b>&\"'</name><devices/>";
  MachineSpec spec = Minimal();
  spec.name = evil;
  spec.disks[0].file = "/disks/" + evil;
  pugi::xml_document document;
  REQUIRE(document.load_string(DomainXml(spec, {}).c_str()));
  pugi::xml_node domain = document.child("domain");
  CHECK(domain.child_value("name") == evil);
  pugi::xml_node source = domain.child("devices").child("disk").child("source");
  CHECK(source.attribute("file").value() == "/disks/" + evil);
  auto devices = domain.children("devices");
  CHECK(std::distance(devices.begin(), devices.end()) == 1);
}

TEST_CASE("the disk after vdz is vdaa") {
  MachineSpec spec = Minimal();
  spec.disks.resize(28, {.file = "/disks/many"});
  std::string xml = DomainXml(spec, {});
  CHECK(xml.find("\"vdz\"") < xml.find("\"vdaa\""));
  CHECK(xml.find("\"vdaa\"") < xml.find("\"vdab\""));
  CHECK(xml.find("\"vdab\"") != std::string::npos);
}

}  // namespace
}  // namespace crimux::vm
