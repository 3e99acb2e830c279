#include <fmt/format.h>
#include <sys/stat.h>

#include <sstream>

#include "ctl/doctor/checks.h"

namespace crimux::ctl {
namespace {

// The number of a user or group, the third field of its line; nothing when there is none.
std::optional<unsigned> FindId(const Host& host, const char* file, const std::string& name) {
  std::istringstream lines(host.Read(file).value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name + ":")) continue;
    size_t second = line.find(':', name.size() + 1);
    if (second == std::string::npos) continue;
    return static_cast<unsigned>(std::strtoul(line.c_str() + second + 1, nullptr, 10));
  }
  return std::nullopt;
}

// Whether the group, or anyone, may open /dev/kvm for reading and writing.
Finding DeviceAccess(const Patient& patient, const VmConfig& vm, unsigned group) {
  struct stat info {};
  if (::stat(patient.host.At("/dev/kvm").c_str(), &info) != 0) {
    return {Verdict::kOk, "qemu-user",
            fmt::format("user {} and group {} are there", vm.qemu_user, vm.qemu_group)};
  }
  bool by_group = info.st_gid == group && (info.st_mode & 0060U) == 0060U;
  bool by_all = (info.st_mode & 0006U) == 0006U;
  if (by_group || by_all) {
    return {Verdict::kOk, "qemu-user",
            fmt::format("user {}, group {}, may open /dev/kvm", vm.qemu_user, vm.qemu_group)};
  }
  return {Verdict::kFailed, "qemu-user",
          fmt::format("group {} may not open /dev/kvm (mode {:04o}, group {})", vm.qemu_group,
                      info.st_mode & 07777U, info.st_gid),
          fmt::format("chgrp {0} /dev/kvm && chmod 0660 /dev/kvm, and the same as a udev rule: "
                      "KERNEL==\"kvm\", GROUP=\"{0}\", MODE=\"0660\"",
                      vm.qemu_group)};
}

}  // namespace

Findings CheckQemuUser(const Patient& patient) {
  const RuntimeConfig* runtime = patient.VmRuntime();
  if (runtime == nullptr) return {{Verdict::kSkipped, "qemu-user", "no runtime is the VM runtime"}};
  const VmConfig& vm = *runtime->vm;
  auto user = FindId(patient.host, "/etc/passwd", vm.qemu_user);
  auto group = FindId(patient.host, "/etc/group", vm.qemu_group);
  if (user && group) return {DeviceAccess(patient, vm, *group)};
  return {{Verdict::kFailed, "qemu-user",
           fmt::format("there is no {} {}", user ? "group" : "user",
                       user ? vm.qemu_group : vm.qemu_user),
           "install libvirt-daemon-system, which makes them, or name others in vm.qemuUser and "
           "vm.qemuGroup"}};
}

}  // namespace crimux::ctl
