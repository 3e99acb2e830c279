#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/machine/test_machine.h"

// What a machine sees of crimuxd's end, and crimuxd of a machine's end while it was down.
namespace crimux::vm {
namespace {

// A running machine_helper.
class HelperProcess {
 public:
  explicit HelperProcess(const std::filesystem::path& state_dir) {
    int ends[2];
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    talk_.reset(ends[0]);
    UniqueFd theirs(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDOUT_FILENO);
    std::string program = MACHINE_HELPER;
    std::string dir = state_dir;
    char* argv[] = {program.data(), dir.data(), nullptr};
    int result = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    REQUIRE(result == 0);
    theirs.reset();
    greeting_ = ReadLine();
  }
  HelperProcess(const HelperProcess&) = delete;
  HelperProcess& operator=(const HelperProcess&) = delete;
  ~HelperProcess() { Kill(); }

  const std::string& greeting() const { return greeting_; }
  std::string Ask(const std::string& line) {
    WriteAll(talk_.get(), line + "\n", "machine_helper");
    return ReadLine();
  }
  // As kill -9 of crimuxd.
  void Kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(std::exchange(pid_, -1), nullptr, 0);
  }

 private:
  std::string ReadLine() {
    std::string line;
    for (char c = 0; ::read(talk_.get(), &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }

  UniqueFd talk_;
  pid_t pid_ = -1;
  std::string greeting_;
};

// Shared by the cases here: a new root makes libvirt probe QEMU for seconds.
const std::filesystem::path& RestartDir() {
  static const TemporaryDir dir;
  return dir.path();
}

TEST_CASE("a machine outlives the program that started it, and the next one finds it") {
  HelperProcess first(RestartDir());
  REQUIRE(first.Ask("start outlives") == "done");
  std::string qemu = first.Ask("pid outlives");
  first.Kill();
  HelperProcess next(RestartDir());
  CHECK(next.Ask("state outlives") == "running");
  CHECK(next.Ask("pid outlives") == qemu);

  MachineSpec spec = SpecOf(RestartDir(), "outlives");
  REQUIRE(WaitForConsole(spec, "hello\n"));
  UniqueFd console = Type(spec, "q");
  CHECK(next.Ask("wait-end outlives") == "shut down");
  CHECK(next.Ask("undefine outlives") == "done");
}

TEST_CASE("a QEMU that died while nobody was there is a crashed machine, not a running one") {
  HelperProcess first(RestartDir());
  REQUIRE(first.Ask("start orphan") == "done");
  int qemu = std::stoi(first.Ask("pid orphan"));
  first.Kill();
  REQUIRE(::kill(qemu, SIGKILL) == 0);
  HelperProcess next(RestartDir());
  CHECK(next.Ask("state orphan") == "crashed");
  CHECK(next.Ask("pid orphan") == "none");
  CHECK(next.Ask("undefine orphan") == "done");
  CHECK(next.Ask("state orphan") == "unknown machine");
}

TEST_CASE("a guest that powered off while nobody was there is shut down, not crashed") {
  HelperProcess first(RestartDir());
  REQUIRE(first.Ask("start quiet") == "done");
  MachineSpec spec = SpecOf(RestartDir(), "quiet");
  REQUIRE(WaitForConsole(spec, "hello\n"));
  first.Kill();
  UniqueFd console = Type(spec, "q");
  HelperProcess next(RestartDir());
  CHECK(next.Ask("wait-end quiet") == "shut down");
  CHECK(next.Ask("undefine quiet") == "done");
}

TEST_CASE("a second program on the same root is refused, and the first goes on") {
  HelperProcess first(RestartDir());
  HelperProcess second(RestartDir());
  CHECK_THAT(second.greeting(), Catch::StartsWith("open \"qemu:///embed?root="));
  CHECK(first.Ask("state nowhere") == "unknown machine");
}

}  // namespace
}  // namespace crimux::vm
