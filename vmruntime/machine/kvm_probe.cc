#include "vmruntime/machine/kvm_probe.h"

#include <fmt/format.h>

#include <chrono>
#include <span>

#include "base/file.h"
#include "base/log.h"
#include "base/process.h"

// kvm_probe.S
extern "C" const char crimux_kvm_probe_begin[];
extern "C" const char crimux_kvm_probe_end[];

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

// A processor needs some 0.3 s for the probe's loop, an instruction emulator a minute.
constexpr std::chrono::seconds kProbeTimeout{10};
// The guest's 0x2a, as isa-debug-exit makes an exit code of it.
constexpr int kProbePassed = (0x2a << 1) | 1;

ProcessSpec AsQemuUser(const VmConfig& config, std::vector<std::string> command) {
  ProcessSpec spec;
  spec.argv = {"setpriv",         "--reuid",       config.qemu_user, "--regid",
               config.qemu_group, "--init-groups", "--no-new-privs", "--"};
  spec.argv.insert(spec.argv.end(), command.begin(), command.end());
  return spec;
}

ProcessResult BootProbe(const VmConfig& config, const std::string& emulator,
                        const fs::path& image) {
  ProcessSpec spec =
      AsQemuUser(config, {emulator, "-no-user-config", "-nodefaults", "-no-reboot", "-display",
                          "none", "-machine", "q35", "-accel", "kvm", "-cpu", "host", "-m", "16",
                          "-device", "isa-debug-exit,iobase=0xf4,iosize=1", "-drive",
                          fmt::format("file={},format=raw,if=virtio,readonly=on", image.string())});
  spec.timeout = kProbeTimeout;
  return RunProcess(spec);
}

std::string RunProbe(const VmConfig& config, const std::string& emulator) {
  fs::path image = config.state_dir / "kvm-probe.img";
  std::string disk(crimux_kvm_probe_begin, crimux_kvm_probe_end);
  disk.resize(1U << 20);  // firmware does not boot a disk of one sector
  WriteFileAtomically(image, disk, 0644);
  ProcessResult result = BootProbe(config, emulator, image);
  fs::remove(image);
  if (result.exit_code == kProbePassed) return "";
  if (result.timed_out) {
    return fmt::format("a guest that should take less than a second did not end within {} s",
                       kProbeTimeout.count());
  }
  return result.Failure();
}

// What a verdict holds for: this boot of the host, and this QEMU.
std::string ProbeKey(const std::string& emulator) {
  std::string boot = ReadFile("/proc/sys/kernel/random/boot_id");
  auto changed = fs::last_write_time(emulator).time_since_epoch().count();
  return fmt::format("{}{} {}\n", boot, emulator, changed);
}

}  // namespace

std::string KvmAccessFault(const VmConfig& config) {
  if (!fs::exists("/dev/kvm")) return "there is no /dev/kvm";
  ProcessSpec test = AsQemuUser(config, {"test", "-r", "/dev/kvm", "-a", "-w", "/dev/kvm"});
  if (RunProcess(test).Succeeded()) return "";
  return fmt::format("user {} may not open /dev/kvm; remedy: usermod -aG kvm {}", config.qemu_user,
                     config.qemu_user);
}

std::string KvmGuestFault(const VmConfig& config, const std::string& emulator) {
  fs::path record = config.state_dir / "kvm-probe";
  std::string key = ProbeKey(emulator);
  if (fs::exists(record)) {
    std::string known = ReadFile(record);
    if (known.starts_with(key)) return known.substr(key.size());
  }
  spdlog::info("trying whether guests run under KVM here");
  std::string fault = RunProbe(config, emulator);
  WriteFileAtomically(record, key + fault);
  return fault;
}

}  // namespace crimux::vm
