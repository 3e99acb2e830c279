#include "vmruntime/network/dhcp_server.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <optional>
#include <utility>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/process.h"
#include "vmruntime/network/dhcp_config.h"
#include "vmruntime/network/netns.h"

namespace crimux::vm {
namespace {

std::optional<int> ReadPid(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  std::string text = ReadFile(file);
  int pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid > 1 ? std::optional(pid) : std::nullopt;
}

UniqueFd OpenPid(int pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

// A file of /proc/<pid>, empty when the process has gone.
std::string ReadProc(int pid, const std::string& name) {
  try {
    return ReadFile(std::filesystem::path("/proc") / std::to_string(pid) / name);
  } catch (const Error&) {
    return "";
  }
}

bool SameFile(const std::filesystem::path& a, const std::filesystem::path& b) {
  struct stat first {};
  struct stat second {};
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

void Signal(const UniqueFd& pidfd, int signal) {
  ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
}

bool WaitForEnd(const UniqueFd& pidfd, int timeout_ms) {
  pollfd poll{pidfd.get(), POLLIN, 0};
  return ::poll(&poll, 1, timeout_ms) > 0;
}

std::string ConfigArgument(const std::filesystem::path& work_dir) {
  return "--conf-file=" + DhcpConfigFile(work_dir).string();
}

}  // namespace

DhcpServer::DhcpServer(std::filesystem::path netns, std::filesystem::path work_dir)
    : netns_(std::move(netns)), work_dir_(std::move(work_dir)) {}

bool DhcpServer::IsOurs(int pid) const {
  if (ReadProc(pid, "comm") != "dnsmasq\n") return false;
  // An argument ends with a NUL; an ended process that nobody has waited for has no arguments.
  std::string argument = '\0' + ConfigArgument(work_dir_) + '\0';
  if (ReadProc(pid, "cmdline").find(argument) == std::string::npos) return false;
  return !NetnsExists(netns_) ||
         SameFile(netns_, std::filesystem::path("/proc") / std::to_string(pid) / "ns/net");
}

bool DhcpServer::Running() const {
  std::optional<int> pid = ReadPid(DhcpPidFile(work_dir_));
  return pid && IsOurs(*pid);
}

void DhcpServer::Start(const std::string& config) const {
  WriteFileAtomically(DhcpConfigFile(work_dir_), config);
  ProcessResult result;
  RunInNetns(netns_, [&] {
    result = RunProcess({.argv = {"dnsmasq", ConfigArgument(work_dir_)}});
  });
  if (!result.Succeeded()) {
    throw Error(grpc::INTERNAL, "start DHCP server", work_dir_.string(), result.Failure());
  }
}

void DhcpServer::Stop() const {
  if (std::optional<int> pid = ReadPid(DhcpPidFile(work_dir_))) {
    // Opened before the look at what it is: from here on the number cannot pass to another process
    // unnoticed.
    UniqueFd pidfd = OpenPid(*pid);
    if (pidfd && IsOurs(*pid)) {
      Signal(pidfd, SIGTERM);
      if (!WaitForEnd(pidfd, 2000)) Signal(pidfd, SIGKILL);
      WaitForEnd(pidfd, 2000);
    }
  }
  std::error_code ignored;
  std::filesystem::remove(DhcpPidFile(work_dir_), ignored);
  std::filesystem::remove(DhcpConfigFile(work_dir_), ignored);
}

}  // namespace crimux::vm
