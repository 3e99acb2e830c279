#include "vmruntime/annotations/machine_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"
#include "vmruntime/annotations/pod_options.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

MachineOptions Read(const AnnotationMap& annotations) {
  return ReadMachineOptions(AnnotationReader(annotations));
}

TEST_CASE("vCPUs by annotation, at least one, at most 255") {
  CHECK(Read({}).vcpus == std::nullopt);
  CHECK(Read({{"crimux.io/vcpus", "4"}}).vcpus == 4U);
  CHECK(Read({{"VirtletVCPUCount", "0"}}).vcpus == 1U);
  CHECK(Read({{"VirtletVCPUCount", "-7"}}).vcpus == 1U);
  CHECK_THAT(Refusal([] { Read({{"VirtletVCPUCount", "256"}}); }), Contains("VirtletVCPUCount"));
  CHECK_THAT(Refusal([] { Read({{"crimux.io/vcpus", "two"}}); }), Contains("crimux.io/vcpus"));
}

std::string RefusalOf(const std::string& name, const std::string& value) {
  return Refusal([&] { Read({{name, value}}); });
}

TEST_CASE("a machine is a q35 with BIOS and virtio, and no screen, unless annotated") {
  PlatformSpec plain = Read({}).platform;
  CHECK(plain.machine == MachineType::kQ35);
  CHECK(plain.firmware == Firmware::kBios);
  CHECK(plain.video == VideoModel::kNone);
  CHECK_FALSE(plain.tpm);
  PlatformSpec other = Read({{"crimux.io/machine", "pc"},
                             {"crimux.io/firmware", "uefi"},
                             {"crimux.io/tpm", "true"},
                             {"crimux.io/video", "virtio"},
                             {"crimux.io/nic-model", "e1000"},
                             {"crimux.io/clock", "localtime"}})
                           .platform;
  CHECK(other.machine == MachineType::kPc);
  CHECK(other.firmware == Firmware::kUefi);
  CHECK(other.tpm);
  CHECK(other.video == VideoModel::kVirtio);
  CHECK(other.localtime);
  CHECK(Read({{"crimux.io/secure-boot", "true"}}).platform.firmware == Firmware::kUefiSecureBoot);
}

TEST_CASE("the profile of Windows only changes defaults") {
  PlatformSpec windows = Read({{"crimux.io/profile", "windows"}}).platform;
  CHECK(windows.hyperv);
  CHECK(windows.localtime);
  CHECK(windows.video == VideoModel::kVga);
  MachineOptions other = Read({{"crimux.io/profile", "windows"},
                               {"crimux.io/hyperv", "false"},
                               {"crimux.io/nic-model", "virtio"},
                               {"crimux.io/video", "none"},
                               {"crimux.io/clock", "utc"}});
  CHECK_FALSE(other.platform.hyperv);
  CHECK_FALSE(other.platform.localtime);
  CHECK(other.platform.video == VideoModel::kNone);
  CHECK(ReadPodOptions({{"crimux.io/profile", "windows"}}).disks.bus == DiskBus::kSata);
}

TEST_CASE("IDE makes the machine a pc, and does not fit a q35") {
  CHECK(ReadPodOptions({{"crimux.io/disk-bus", "ide"}}).machine.platform.machine ==
        MachineType::kPc);
  AnnotationMap extra{{"crimux.io/disks", "[{name: a, size: 1Gi, bus: ide}]"}};
  CHECK(ReadPodOptions(extra).machine.platform.machine == MachineType::kPc);
  CHECK_THAT(Refusal([] {
               ReadPodOptions({{"crimux.io/disk-bus", "ide"}, {"crimux.io/machine", "q35"}});
             }),
             Contains("crimux.io/machine") && Contains("no IDE"));
  CHECK_THAT(Refusal([] {
               ReadPodOptions({{"crimux.io/disk-bus", "ide"}, {"crimux.io/secure-boot", "true"}});
             }),
             Contains("crimux.io/secure-boot"));
}

TEST_CASE("a system UUID is one, in either case") {
  CHECK(Read({{"VirtletSystemUUID", "6F1C9D38-8A4E-4F0A-9D53-0123456789AB"}}).uuid ==
        "6f1c9d38-8a4e-4f0a-9d53-0123456789ab");
  for (const char* bad :
       {"x", "6f1c9d38-8a4e-4f0a-9d53-0123456789a", "6f1c9d388a4e4f0a9d530123456789ab",
        "6f1c9d38-8a4e-4f0a-9d53-0123456789ag", "<uuid>", "00000000-0000-0000-0000-000000000000"}) {
    CHECK_THAT(RefusalOf("VirtletSystemUUID", bad),
               Contains("VirtletSystemUUID") && Contains("is no UUID"));
  }
}

TEST_CASE("each wrong machine annotation is refused by name") {
  for (const char* name :
       {"crimux.io/machine", "crimux.io/firmware", "crimux.io/secure-boot", "crimux.io/tpm",
        "crimux.io/video", "crimux.io/clock", "crimux.io/hyperv", "crimux.io/profile"}) {
    for (const char* value : {"", "other", "<q35>", "q35\n", "\"", "True"}) {
      CHECK_THAT(RefusalOf(name, value), Contains(name));
    }
  }
  CHECK_THAT(Refusal([] {
               Read({{"crimux.io/secure-boot", "true"}, {"crimux.io/firmware", "bios"}});
             }),
             Contains("crimux.io/secure-boot") && Contains("bios"));
  CHECK_THAT(Refusal([] {
               Read({{"crimux.io/secure-boot", "true"}, {"crimux.io/machine", "pc"}});
             }),
             Contains("crimux.io/secure-boot") && Contains("pc"));
}

}  // namespace
}  // namespace crimux::vm
