#include "vmruntime/share/user_namespace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/pipe.h"

namespace crimux::vm {
namespace {

// What the new process needs, made before the fork: after it, only system calls are safe, since
// other threads may have held any lock.
struct Plan {
  std::vector<char*> argv;
  int fd;
  int pid_file;
  int log;
  int null;
  int to_parent;
  int from_parent;
  // The parent's ends: as long as a copy is open here, the pipe doesn't end with the parent.
  std::array<int, 2> parents;
};

// What the new process says: its id once it waits, or why it can't go on.
struct Report {
  pid_t pid = 0;
  int error = 0;
};

void WriteDecimal(int fd, pid_t number) {
  std::array<char, 16> digits;
  size_t at = digits.size();
  digits[--at] = '\n';
  for (; number > 0; number /= 10) digits[--at] = static_cast<char>('0' + number % 10);
  [[maybe_unused]] ssize_t n = ::write(fd, &digits[at], digits.size() - at);
}

void RaiseFileLimit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void ResetSignals() {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
}

[[noreturn]] void Fail(const Plan& plan) {
  Report report{.error = errno};
  [[maybe_unused]] ssize_t n = ::write(plan.to_parent, &report, sizeof(report));
  ::_exit(127);
}

// Tells its id, waits until its ids are mapped, and becomes the program. Should the parent die
// before, the pipe ends, and so does this.
[[noreturn]] void Become(const Plan& plan) {
  for (int fd : plan.parents) ::close(fd);
  ::setsid();
  if (::unshare(CLONE_NEWUSER) != 0) Fail(plan);
  Report report{.pid = ::getpid()};
  WriteDecimal(plan.pid_file, report.pid);
  if (::write(plan.to_parent, &report, sizeof(report)) != sizeof(report)) ::_exit(127);
  char go = 0;
  if (::read(plan.from_parent, &go, 1) != 1) ::_exit(127);
  ResetSignals();
  RaiseFileLimit();
  if (::dup2(plan.null, STDIN_FILENO) < 0 || ::dup2(plan.log, STDOUT_FILENO) < 0 ||
      ::dup2(plan.log, STDERR_FILENO) < 0 || ::dup2(plan.fd, 3) < 0) {
    Fail(plan);
  }
  // Not all libraries mark their sockets: whoever kept one of ours would keep us from coming back.
  if (::close_range(4, ~0U, CLOSE_RANGE_CLOEXEC) != 0) Fail(plan);
  ::execv(plan.argv[0], plan.argv.data());
  Fail(plan);
}

// By way of a child that ends at once, so that nobody of ours has to wait for the program.
void Fork(const Plan& plan) {
  pid_t child = ::_Fork();
  if (child < 0) throw SystemError(errno, "fork", plan.argv[0]);
  if (child == 0) {
    pid_t grandchild = ::_Fork();
    if (grandchild == 0) Become(plan);
    if (grandchild < 0) Fail(plan);
    ::_exit(0);
  }
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// All zero at the pipe's end: the program runs.
Report ReadReport(int fd) {
  Report report;
  ssize_t n = 0;
  do {
    n = ::read(fd, &report, sizeof(report));
  } while (n < 0 && errno == EINTR);
  return n == sizeof(report) ? report : Report();
}

void MapIds(pid_t pid) {
  std::filesystem::path proc = fmt::format("/proc/{}", pid);
  for (const char* map : {"uid_map", "gid_map"}) {
    UniqueFd file = OpenFile(proc / map, O_WRONLY);
    WriteAll(file.get(), "0 0 4294967295\n", proc / map);
  }
}

// Free of the descriptors that the program gets, whatever the caller has closed.
UniqueFd Above(int fd) {
  UniqueFd copy(::fcntl(fd, F_DUPFD_CLOEXEC, 10));
  if (!copy) throw SystemError(errno, "duplicate", "file descriptor");
  return copy;
}

}  // namespace

void StartInUserNamespace(const LastingSpec& spec) {
  Pipe up = MakePipe();
  Pipe down = MakePipe();
  UniqueFd pid_file = OpenFile(spec.pid_file, O_WRONLY | O_CREAT | O_TRUNC);
  UniqueFd log = OpenFile(spec.log, O_WRONLY | O_CREAT | O_APPEND);
  UniqueFd null = OpenFile("/dev/null", O_RDONLY);
  UniqueFd passed = Above(spec.fd);
  UniqueFd to_parent = Above(up.write.get());
  up.write.reset();
  Plan plan{{},         passed.get(),    pid_file.get(),  log.get(),
            null.get(), to_parent.get(), down.read.get(), {up.read.get(), down.write.get()}};
  for (const std::string& argument : spec.argv) {
    plan.argv.push_back(const_cast<char*>(argument.c_str()));
  }
  plan.argv.push_back(nullptr);
  Fork(plan);
  to_parent.reset();
  down.read.reset();
  Report waits = ReadReport(up.read.get());
  if (waits.pid == 0) throw SystemError(waits.error, "start", spec.argv[0]);
  FaultPoint("start.virtiofsd-waits");
  MapIds(waits.pid);
  [[maybe_unused]] ssize_t n = ::write(down.write.get(), "g", 1);
  if (int error = ReadReport(up.read.get()).error) throw SystemError(error, "start", spec.argv[0]);
}

}  // namespace crimux::vm
