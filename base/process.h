#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace crimux {

// A program to run to its end. It inherits the calling thread's network namespace.
struct ProcessSpec {
  // argv[0] is looked up in PATH unless it holds a slash.
  std::vector<std::string> argv;
  // "NAME=value" each; absent: our own environment.
  std::optional<std::vector<std::string>> environment;
  // Written to its standard input, which is then closed.
  std::string input;
  // Open for reading, and its standard input instead of `input`; stays the caller's.
  std::optional<int> input_fd;
  std::chrono::milliseconds timeout{60'000};
  // Stopping it kills the program.
  std::stop_token cancelled;
  // Output past this many bytes (for each of out and err) is dropped.
  size_t output_limit = 4U << 20;
  // Takes its standard output in pieces, as it comes, instead of `out`, and without a limit. What
  // it throws kills the program and comes out of RunProcess.
  std::function<void(std::string_view)> on_output;
};

struct ProcessResult {
  // As a shell has it: the exit code, or 128 + signal.
  int exit_code = 0;
  bool timed_out = false;
  bool was_cancelled = false;
  std::string out;
  std::string err;

  bool Succeeded() const { return exit_code == 0 && !timed_out && !was_cancelled; }
  // Why it failed, in one line: "timed out", or its last line on standard error, or its exit code.
  std::string Failure() const;
};

// Runs the program in a process group of its own and waits for it. On time-out or cancellation the
// whole group is killed. Children that outlive the program do not keep this call waiting. Throws
// Error when it cannot be started.
ProcessResult RunProcess(const ProcessSpec& spec);

}  // namespace crimux
