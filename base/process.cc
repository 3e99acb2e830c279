#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/pipe.h"

namespace crimux {
namespace {

using Clock = std::chrono::steady_clock;

void SetNonBlocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

// The running child and our ends of its three pipes.
class Child {
 public:
  explicit Child(const ProcessSpec& spec);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  ProcessResult Wait();

 private:
  void PollOnce(int timeout_ms);
  void WriteInput();
  enum class More { kNotNow, kPerhaps, kNever };
  // One piece of what is in the pipe, which is closed at its end.
  More ReadPiece(UniqueFd& fd, std::string& to);
  // At most a bounded number of pieces, so that the caller can look at the clock.
  void ReadInto(UniqueFd& fd, std::string& to);
  void Reap();

  const ProcessSpec& spec_;
  pid_t pid_ = -1;
  bool reaped_ = false;
  UniqueFd pidfd_;
  UniqueFd in_;
  UniqueFd out_;
  UniqueFd err_;
  size_t written_ = 0;
  ProcessResult result_;
};

Child::Child(const ProcessSpec& spec) : spec_(spec) {
  Pipe in = MakePipe();
  Pipe out = MakePipe();
  Pipe err = MakePipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, spec.input_fd.value_or(in.read.get()), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write.get(), STDERR_FILENO);
  // Libraries (libvirt, Asio) open descriptors without O_CLOEXEC: a program that runs for long, or
  // outlives this process, would hold taps and listening sockets.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv = Pointers(spec.argv);
  std::vector<char*> environment;
  if (spec.environment) environment = Pointers(*spec.environment);
  int error = ::posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(),
                             spec.environment ? environment.data() : environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) throw SystemError(error, "run", spec.argv[0]);
  if (!spec.input_fd) in_ = std::move(in.write);
  out_ = std::move(out.read);
  err_ = std::move(err.read);
  for (const UniqueFd* fd : {&in_, &out_, &err_}) {
    if (*fd) SetNonBlocking(fd->get());
  }
  pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
}

Child::~Child() {
  if (pid_ <= 0 || reaped_) return;
  ::kill(-pid_, SIGKILL);
  Reap();
}

void Child::WriteInput() {
  std::string_view rest = std::string_view(spec_.input).substr(written_);
  ssize_t n = rest.empty() ? 0 : ::write(in_.get(), rest.data(), rest.size());
  if (n > 0) written_ += static_cast<size_t>(n);
  bool failed = n < 0 && errno != EAGAIN && errno != EINTR;
  if (failed || written_ == spec_.input.size()) in_.reset();
}

Child::More Child::ReadPiece(UniqueFd& fd, std::string& to) {
  std::array<char, 65536> chunk;
  ssize_t n = ::read(fd.get(), chunk.data(), chunk.size());
  if (n < 0 && errno == EINTR) return More::kPerhaps;
  if (n < 0 && errno == EAGAIN) return More::kNotNow;
  if (n <= 0) {
    fd.reset();
    return More::kNever;
  }
  std::string_view piece(chunk.data(), static_cast<size_t>(n));
  if (&fd == &out_ && spec_.on_output) {
    spec_.on_output(piece);
  } else {
    to += piece.substr(0, spec_.output_limit - std::min(spec_.output_limit, to.size()));
  }
  return More::kPerhaps;
}

void Child::ReadInto(UniqueFd& fd, std::string& to) {
  for (int pieces = 0; pieces < 64; ++pieces) {
    if (ReadPiece(fd, to) != More::kPerhaps) return;
  }
}

void Child::PollOnce(int timeout_ms) {
  std::array<pollfd, 4> fds{{{in_.get(), POLLOUT, 0},
                             {out_.get(), POLLIN, 0},
                             {err_.get(), POLLIN, 0},
                             {pidfd_.get(), POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), timeout_ms) <= 0) return;
  if (in_ && fds[0].revents != 0) WriteInput();
  if (out_ && fds[1].revents != 0) ReadInto(out_, result_.out);
  if (err_ && fds[2].revents != 0) ReadInto(err_, result_.err);
  if (fds[3].revents != 0) Reap();
}

void Child::Reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  reaped_ = true;
  result_.exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

ProcessResult Child::Wait() {
  Clock::time_point deadline = Clock::now() + spec_.timeout;
  while (!reaped_) {
    auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    result_.timed_out = left.count() <= 0;
    result_.was_cancelled = spec_.cancelled.stop_requested();
    if (result_.timed_out || result_.was_cancelled) {
      ::kill(-pid_, SIGKILL);
      Reap();
      break;
    }
    // Cancellation is looked at every 100 ms: programs run here seldom, and not for long.
    int slice = spec_.cancelled.stop_possible() ? 100 : 60'000;
    PollOnce(static_cast<int>(std::min<int64_t>(left.count(), slice)));
  }
  if (out_) ReadInto(out_, result_.out);
  if (err_) ReadInto(err_, result_.err);
  return std::move(result_);
}

}  // namespace

std::string ProcessResult::Failure() const {
  if (timed_out) return "timed out";
  if (was_cancelled) return "cancelled";
  std::string_view text = err;
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  size_t line = text.rfind('\n');
  if (line != std::string_view::npos) text.remove_prefix(line + 1);
  if (!text.empty()) return std::string(text);
  return fmt::format("exit code {}", exit_code);
}

ProcessResult RunProcess(const ProcessSpec& spec) { return Child(spec).Wait(); }

}  // namespace crimux
