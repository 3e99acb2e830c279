#include "base/lasting_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <utility>

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"

namespace crimux {
namespace {

constexpr int kPatienceMs = 2000;

UniqueFd OpenPid(int pid) { return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))); }

void Signal(const UniqueFd& pidfd, int signal) {
  ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0);
}

bool WaitForEnd(const UniqueFd& pidfd) {
  pollfd poll{pidfd.get(), POLLIN, 0};
  return ::poll(&poll, 1, kPatienceMs) > 0;
}

// A file of /proc/<pid>, empty when the process has gone.
std::string ReadProc(int pid, const std::string& name) {
  try {
    return ReadFile(std::filesystem::path("/proc") / std::to_string(pid) / name);
  } catch (const Error&) {
    return "";
  }
}

}  // namespace

LastingProcess::LastingProcess(std::filesystem::path pid_file, std::string name,
                               std::string argument, std::function<bool(int)> confirm)
    : pid_file_(std::move(pid_file)),
      name_(std::move(name)),
      argument_(std::move(argument)),
      confirm_(std::move(confirm)) {}

std::optional<int> LastingProcess::ReadPid() const {
  if (!std::filesystem::exists(pid_file_)) return std::nullopt;
  std::string text = ReadFile(pid_file_);
  int pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid > 1 ? std::optional(pid) : std::nullopt;
}

bool LastingProcess::IsIt(int pid) const {
  if (ReadProc(pid, "comm") != name_ + "\n") return false;
  // An argument ends with a NUL; an ended process that nobody has waited for has no arguments.
  std::string argument = '\0' + argument_ + '\0';
  if (ReadProc(pid, "cmdline").find(argument) == std::string::npos) return false;
  return !confirm_ || confirm_(pid);
}

std::optional<int> LastingProcess::Pid() const {
  std::optional<int> pid = ReadPid();
  return pid && IsIt(*pid) ? pid : std::nullopt;
}

void LastingProcess::Stop() const {
  if (std::optional<int> pid = ReadPid()) {
    // Opened before the look at what it is: from here on the number cannot pass to another process
    // unnoticed.
    UniqueFd pidfd = OpenPid(*pid);
    if (pidfd && IsIt(*pid)) {
      Signal(pidfd, SIGTERM);
      if (!WaitForEnd(pidfd)) Signal(pidfd, SIGKILL);
      WaitForEnd(pidfd);
    }
  }
  std::error_code ignored;
  std::filesystem::remove(pid_file_, ignored);
}

}  // namespace crimux
