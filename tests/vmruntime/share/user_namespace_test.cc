#include "vmruntime/share/user_namespace.h"

#include <fcntl.h>

#include <chrono>
#include <iterator>
#include <thread>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "base/lasting_process.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

// A program that stays until it is stopped, with an argument by which it is known.
struct Sleeper {
  TemporaryDir dir;
  UniqueFd fd = OpenFile("/dev/null", O_RDONLY);
  LastingProcess process{dir.path() / "pid", "sleep", "86400.5"};

  ~Sleeper() { process.Stop(); }
  void Start(const std::string& program = "/bin/sleep") {
    StartInUserNamespace({.argv = {program, "86400.5"},
                          .fd = fd.get(),
                          .pid_file = dir.path() / "pid",
                          .log = dir.path() / "log"});
  }
};

TEST_CASE("a program in its user namespace keeps all ids, is nobody's child, and is found again") {
  Sleeper sleeper;
  sleeper.Start();
  auto pid = sleeper.process.Pid();
  REQUIRE(pid);
  std::filesystem::path proc = "/proc/" + std::to_string(*pid);
  CHECK_THAT(ReadFile(proc / "uid_map"), Catch::Contains("4294967295"));
  CHECK(std::filesystem::read_symlink(proc / "ns/user") !=
        std::filesystem::read_symlink("/proc/self/ns/user"));
  CHECK_THAT(ReadFile(proc / "status"),
             !Catch::Contains("PPid:\t" + std::to_string(::getpid()) + "\n"));
  sleeper.process.Stop();
  CHECK_FALSE(sleeper.process.Pid());
  CHECK_FALSE(std::filesystem::exists(sleeper.dir.path() / "pid"));
}

TEST_CASE("a program in its user namespace gets its one descriptor and none of ours") {
  Sleeper sleeper;
  int ours = ::open("/dev/zero", O_RDONLY);  // not marked close-on-exec
  sleeper.Start();
  ::close(ours);
  auto pid = sleeper.process.Pid();
  REQUIRE(pid);
  auto open = [&] {
    std::filesystem::directory_iterator fds("/proc/" + std::to_string(*pid) + "/fd");
    return std::distance(begin(fds), end(fds));
  };
  // While the program starts, its loader has libraries open.
  for (int i = 0; i < 200 && open() != 4; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(open() == 4);
}

TEST_CASE("a process id that belongs to somebody else by now is nobody's") {
  Sleeper sleeper;
  WriteFileAtomically(sleeper.dir.path() / "pid", std::to_string(::getpid()));
  CHECK_FALSE(sleeper.process.Pid());
  sleeper.process.Stop();
}

TEST_CASE("a program that isn't there is named") {
  Sleeper sleeper;
  CHECK_THROWS_WITH(sleeper.Start("/nowhere/sleep"),
                    Catch::Contains("/nowhere/sleep") && Catch::Contains("No such file"));
}

}  // namespace
}  // namespace crimux::vm
