#include "base/process.h"

#include <fcntl.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux {
namespace {

ProcessSpec Shell(const std::string& script) { return {.argv = {"/bin/sh", "-c", script}}; }

TEST_CASE("a process gets its input and gives its output and exit code") {
  ProcessSpec spec = Shell("cat; echo oops >&2; exit 3");
  spec.input = std::string(300'000, 'x');
  ProcessResult result = RunProcess(spec);
  CHECK(result.exit_code == 3);
  CHECK(result.out == spec.input);
  CHECK(result.Failure() == "oops");
  CHECK_FALSE(result.Succeeded());
}

TEST_CASE("a process that hangs is killed with its children") {
  ProcessSpec spec = Shell("sleep 100 & echo $!; wait");
  spec.timeout = std::chrono::milliseconds(300);
  ProcessResult result = RunProcess(spec);
  CHECK(result.timed_out);
  CHECK(result.Failure() == "timed out");
  // Gone soon, or dead and not yet reaped by init.
  result.out.pop_back();
  ProcessResult gone = RunProcess(
      Shell("for i in $(seq 100); do case $(sed -n 's/^State:[[:space:]]*//p' /proc/" + result.out +
            "/status 2>/dev/null) in ''|Z*|X*) exit 0;; esac; sleep 0.05; done; exit 1"));
  CHECK(gone.exit_code == 0);
}

TEST_CASE("a cancelled process is killed") {
  std::stop_source source;
  source.request_stop();
  ProcessSpec spec = Shell("sleep 100");
  spec.cancelled = source.get_token();
  CHECK(RunProcess(spec).was_cancelled);
}

TEST_CASE("a child that outlives the process keeps nobody waiting") {
  ProcessSpec spec = Shell("sleep 30 & echo $!");
  spec.timeout = std::chrono::seconds(20);
  ProcessResult result = RunProcess(spec);
  CHECK(result.Succeeded());
  RunProcess(Shell("kill " + result.out));
}

TEST_CASE("the given environment replaces our own") {
  ProcessSpec spec{.argv = {"/usr/bin/env"}};
  spec.environment = {"A=1"};
  CHECK(RunProcess(spec).out == "A=1\n");
}

TEST_CASE("output beyond the limit is dropped, and the process still ends") {
  ProcessSpec spec = Shell("head -c 1000000 /dev/zero");
  spec.output_limit = 1000;
  CHECK(RunProcess(spec).out.size() == 1000);
}

TEST_CASE("output can be taken as it comes, from a file's bytes") {
  TemporaryDir folder;
  WriteFileAtomically(folder.path() / "in", std::string(9U << 20, 'y'));
  UniqueFd in = OpenFile(folder.path() / "in", O_RDONLY);
  size_t taken = 0;
  ProcessSpec spec{.argv = {"/bin/cat"}};
  spec.input_fd = in.get();
  spec.on_output = [&](std::string_view piece) { taken += piece.size(); };
  ProcessResult result = RunProcess(spec);
  CHECK(result.Succeeded());
  CHECK(result.out.empty());
  CHECK(taken == 9U << 20);
}

TEST_CASE("a program gets no descriptors of this process but its own three") {
  UniqueFd inherited(::fcntl(STDOUT_FILENO, F_DUPFD, 100));
  std::string open = RunProcess(Shell("ls /proc/$$/fd")).out;
  CHECK_THAT(open, Catch::StartsWith("0\n1\n"));
  CHECK_THAT(open, !Catch::Contains(std::to_string(inherited.get())));
}

TEST_CASE("who takes output and throws ends the process") {
  ProcessSpec spec = Shell("echo start; exec sleep 100");
  spec.on_output = [](std::string_view) { throw std::runtime_error("enough"); };
  CHECK_THROWS_WITH(RunProcess(spec), "enough");
}

TEST_CASE("a program that is not there is an error that names it") {
  CHECK_THROWS_WITH(RunProcess({.argv = {"/nowhere/program"}}),
                    "run \"/nowhere/program\": No such file or directory");
}

}  // namespace
}  // namespace crimux
