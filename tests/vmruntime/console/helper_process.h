#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include <catch2/catch.hpp>

#include "base/fd.h"
#include "vmruntime/console/console_log.h"

namespace crimux::vm {

// A running console_follow_helper; killed when destroyed.
class HelperProcess {
 public:
  explicit HelperProcess(const ConsoleLogSpec& spec) {
    std::array<int, 2> in{};
    std::array<int, 2> out{};
    REQUIRE(::pipe2(in.data(), O_CLOEXEC) == 0);
    REQUIRE(::pipe2(out.data(), O_CLOEXEC) == 0);
    input_.reset(in[1]);
    output_.reset(out[0]);
    UniqueFd child_input(in[0]);
    UniqueFd child_output(out[1]);
    const char* helper = CRIMUX_CONSOLE_HELPER;
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      ::dup2(child_input.get(), STDIN_FILENO);
      ::dup2(child_output.get(), STDOUT_FILENO);
      ::execl(helper, helper, spec.source.c_str(), spec.log.c_str(), spec.checkpoint.c_str(),
              nullptr);
      ::_exit(127);
    }
  }
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;
  ~HelperProcess() { Kill(); }

  // Waits until it follows; false when it died before.
  bool IsFollowing() {
    char byte = 0;
    return ::read(output_.get(), &byte, 1) == 1;
  }
  void Kill() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    Wait();
  }
  // Lets it finish the console; its exit code.
  int Finish() {
    if (::write(input_.get(), "\n", 1) != 1) return -1;
    return Wait();
  }

 private:
  int Wait() {
    int status = -1;
    if (pid_ > 0) ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  pid_t pid_ = -1;
  UniqueFd input_;
  UniqueFd output_;
};

}  // namespace crimux::vm
