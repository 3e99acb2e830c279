#include "vmruntime/machine/qemu_process.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

namespace crimux::vm {
namespace {

std::optional<int> ReadPid(const std::filesystem::path& file) {
  std::ifstream in(file);
  int pid = 0;
  if (in >> pid && pid > 0) return pid;
  return std::nullopt;
}

// libvirt starts every QEMU with `-name guest=<name>,…`. A zombie's command line is empty.
bool IsQemuOf(int pid, const std::string& machine) {
  std::ifstream in(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
  std::string arguments{std::istreambuf_iterator<char>(in), {}};
  return arguments.find(fmt::format("guest={},", machine)) != std::string::npos;
}

}  // namespace

std::optional<int> FindQemuProcess(const std::filesystem::path& driver_root,
                                   const std::string& machine) {
  std::optional<int> pid = ReadPid(driver_root / "run/qemu" / (machine + ".pid"));
  if (pid && IsQemuOf(*pid, machine)) return pid;
  return std::nullopt;
}

}  // namespace crimux::vm
