#include "vmruntime/machine/kvm_probe.h"

#include <fstream>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/process.h"
#include "tests/temporary_dir.h"
#include "vmruntime/machine/accelerator.h"

extern "C" const char crimux_kvm_probe_begin[];
extern "C" const char crimux_kvm_probe_end[];

namespace crimux::vm {
namespace {

const char* const kQemu = "/usr/bin/qemu-system-x86_64";

VmConfig ConfigIn(const TemporaryDir& dir) {
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0711));
  VmConfig config;
  config.state_dir = dir.path();
  return config;
}

// A program in QEMU's place. `script` ends as QEMU would; every run is counted.
std::string FakeQemu(const TemporaryDir& dir, const std::string& script) {
  std::filesystem::path file = dir.path() / "fake-qemu";
  std::filesystem::path runs = dir.path() / "runs";
  WriteFileAtomically(runs, "", 0666);
  std::filesystem::permissions(runs, std::filesystem::perms(0666));
  WriteFileAtomically(file, "#!/bin/sh\necho run >>" + runs.string() + "\n" + script + "\n", 0755);
  return file;
}

size_t Runs(const TemporaryDir& dir) { return ReadFile(dir.path() / "runs").size() / 4; }

TEST_CASE("the probe's guest is a boot sector that passes on a processor that works") {
  TemporaryDir dir;
  std::string guest(crimux_kvm_probe_begin, crimux_kvm_probe_end);
  REQUIRE(guest.size() == 512);
  guest.resize(1U << 20);
  WriteFileAtomically(dir.path() / "probe", guest);
  ProcessResult result = RunProcess(
      {.argv = {kQemu, "-nodefaults", "-display", "none", "-no-reboot", "-machine", "q35", "-accel",
                "tcg", "-m", "16", "-device", "isa-debug-exit,iobase=0xf4,iosize=1", "-drive",
                "format=raw,if=virtio,readonly=on,file=" + (dir.path() / "probe").string()}});
  CHECK(result.exit_code == 85);
}

TEST_CASE("a guest that ends as it should proves KVM, once per boot") {
  TemporaryDir dir;
  VmConfig config = ConfigIn(dir);
  std::string qemu = FakeQemu(dir, "exit 85");
  CHECK(KvmGuestFault(config, qemu).empty());
  CHECK(KvmGuestFault(config, qemu).empty());
  CHECK(Runs(dir) == 1);
  CHECK_FALSE(std::filesystem::exists(dir.path() / "kvm-probe.img"));
}

TEST_CASE("a guest that ends otherwise disproves KVM, with QEMU's reason, once per boot") {
  TemporaryDir dir;
  VmConfig config = ConfigIn(dir);
  std::string qemu = FakeQemu(dir, "echo no such luck >&2; exit 1");
  CHECK(KvmGuestFault(config, qemu) == "no such luck");
  CHECK(KvmGuestFault(config, qemu) == "no such luck");
  CHECK(Runs(dir) == 1);
}

TEST_CASE("another QEMU is probed anew") {
  TemporaryDir dir;
  VmConfig config = ConfigIn(dir);
  CHECK_FALSE(KvmGuestFault(config, FakeQemu(dir, "exit 1")).empty());
  CHECK(KvmGuestFault(config, FakeQemu(dir, "exit 85")).empty());
}

TEST_CASE("the probe runs as QEMU's user") {
  TemporaryDir dir;
  VmConfig config = ConfigIn(dir);
  std::string qemu = FakeQemu(dir, "[ $(id -un) = libvirt-qemu ] && exit 85");
  CHECK(KvmGuestFault(config, qemu).empty());
}

TEST_CASE("a user outside the kvm group is told the remedy, and automatic choice is TCG") {
  if (!std::filesystem::exists("/dev/kvm")) return;
  TemporaryDir dir;
  VmConfig config = ConfigIn(dir);
  config.qemu_user = "nobody";
  config.qemu_group = "nogroup";
  CHECK_THAT(KvmAccessFault(config), Catch::Contains("usermod -aG kvm nobody"));
  CHECK_FALSE(ChooseAccelerator(config, kQemu).kvm);
  config.accelerator = Accelerator::kKvm;
  CHECK_FALSE(ChooseAccelerator(config, kQemu).fault.empty());
}

TEST_CASE("automatic choice follows what the probe's guest does, not that /dev/kvm is there") {
  TemporaryDir dir;
  VmConfig config = ConfigIn(dir);
  CHECK_FALSE(ChooseAccelerator(config, FakeQemu(dir, "exit 1")).kvm);
  bool accessible = KvmAccessFault(config).empty();
  CHECK(ChooseAccelerator(config, FakeQemu(dir, "exit 85")).kvm == accessible);
  CHECK(ChooseAccelerator(config, FakeQemu(dir, "exit 85")).fault.empty());
}

TEST_CASE("tcg and kvm are taken at their word") {
  TemporaryDir dir;
  VmConfig config = ConfigIn(dir);
  config.accelerator = Accelerator::kTcg;
  CHECK_FALSE(ChooseAccelerator(config, "/nowhere").kvm);
  config.accelerator = Accelerator::kKvm;
  CHECK(ChooseAccelerator(config, "/nowhere").kvm);
  CHECK(ChooseAccelerator(config, "/nowhere").fault == KvmAccessFault(config));
}

}  // namespace
}  // namespace crimux::vm
