#include "vmruntime/machine/qemu_process.h"

#include <fmt/format.h>

#include <cstdlib>
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

// A zombie's is empty.
std::string CommandLine(const std::filesystem::path& proc) {
  std::ifstream in(proc / "cmdline", std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// libvirt starts every QEMU with `-name guest=<name>,…`.
bool IsQemuOf(int pid, const std::string& machine) {
  return CommandLine(fmt::format("/proc/{}", pid)).find(fmt::format("guest={},", machine)) !=
         std::string::npos;
}

std::string ProgramOf(const std::filesystem::path& proc) {
  std::ifstream in(proc / "comm");
  std::string name;
  std::getline(in, name);
  return name;
}

}  // namespace

std::optional<int> FindQemuProcess(const std::filesystem::path& driver_root,
                                   const std::string& machine) {
  std::optional<int> pid = ReadPid(driver_root / "run/qemu" / (machine + ".pid"));
  if (pid && IsQemuOf(*pid, machine)) return pid;
  return std::nullopt;
}

std::optional<int> FindSwtpmProcess(const std::filesystem::path& tpm_state) {
  if (!std::filesystem::exists(tpm_state)) return std::nullopt;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    int pid = std::atoi(entry.path().filename().c_str());
    if (pid == 0 || ProgramOf(entry.path()) != "swtpm") continue;
    if (CommandLine(entry.path()).find(tpm_state.string() + "/") != std::string::npos) return pid;
  }
  return std::nullopt;
}

}  // namespace crimux::vm
