#include <signal.h>
#include <sys/stat.h>

#include <fstream>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/rollback.h"
#include "tests/vmruntime/machine/test_machine.h"
#include "vmruntime/machine/libvirt_hypervisor.h"

// Real QEMU under TCG, through the embedded driver.
namespace crimux::vm {
namespace {

struct Qemu {
  Qemu() { hypervisor.OnEnd(ends.Handler()); }
  ~Qemu() {
    for (const std::string& name : hypervisor.List()) hypervisor.Undefine(name);
  }
  // Defined, started, and at its console.
  MachineSpec Boot(const std::string& name) {
    MachineSpec spec = TestMachine(StateDir(), name);
    hypervisor.Define(spec);
    hypervisor.Start(name);
    REQUIRE(WaitForConsole(spec, "hello\n"));
    return spec;
  }
  Ends ends;
  LibvirtHypervisor hypervisor{TestConfig(StateDir())};
};

TEST_CASE("a machine boots its disk, talks on its console, and powers off when asked to") {
  Qemu qemu;
  MachineSpec spec = qemu.Boot("talks");
  {
    UniqueFd console = Type(spec, "xyz");
    CHECK(WaitForConsole(spec, "xyz"));
  }
  CHECK(qemu.hypervisor.State("talks")->running);
  qemu.hypervisor.RequestShutdown("talks");
  CHECK(WaitForConsole(spec, "button\n"));
  CHECK(qemu.ends.Wait("talks", MachineEnd::kShutdown));
  CHECK(qemu.hypervisor.State("talks")->end == MachineEnd::kShutdown);
  CHECK_FALSE(qemu.hypervisor.Pid("talks"));
  qemu.hypervisor.RequestShutdown("talks");  // not running: no error
}

TEST_CASE("a machine starts with its guest stopped, and can be pinned and asked before it runs") {
  Qemu qemu;
  MachineSpec spec = TestMachine(StateDir(), "waits");
  spec.max_vcpus = 2;
  spec.memory.max = 128U << 20;
  spec.memory.nodes = "0";
  qemu.hypervisor.Define(spec);
  qemu.hypervisor.StartPaused("waits");
  CHECK(qemu.hypervisor.State("waits")->paused);
  CHECK(qemu.hypervisor.Processes("waits") == std::vector<int>{*qemu.hypervisor.Pid("waits")});
  CHECK(qemu.hypervisor.Vcpus("waits") == 1);
  qemu.hypervisor.PinVcpus("waits", {{0}});
  qemu.hypervisor.Resume("waits");
  qemu.hypervisor.Resume("waits");  // runs: no error
  REQUIRE(WaitForConsole(spec, "hello\n"));
  CHECK_FALSE(qemu.hypervisor.State("waits")->paused);
  qemu.hypervisor.SetVcpus("waits", 2);
  CHECK(qemu.hypervisor.Vcpus("waits") == 2);
  CHECK_THROWS_AS(qemu.hypervisor.SetVcpus("waits", 3), Error);
  // Without a balloon driver the guest has all that it began with.
  CHECK(qemu.hypervisor.Memory("waits") == 128U << 20);
  qemu.hypervisor.SetMemory("waits", 64 << 20);
}

TEST_CASE("a machine that starts again appends to its console log") {
  Qemu qemu;
  MachineSpec spec = qemu.Boot("again");
  qemu.hypervisor.Destroy("again");
  CHECK(qemu.ends.Wait("again", MachineEnd::kDestroyed));
  qemu.hypervisor.Start("again");
  CHECK(WaitForConsole(spec, "hello\nhello\n"));
}

TEST_CASE("a guest that reboots keeps its QEMU") {
  Qemu qemu;
  MachineSpec spec = qemu.Boot("reboots");
  std::optional<int> pid = qemu.hypervisor.Pid("reboots");
  REQUIRE(pid);
  UniqueFd console = Type(spec, "r");
  CHECK(WaitForConsole(spec, "hello\nhello\n"));
  CHECK(qemu.hypervisor.Pid("reboots") == pid);
}

TEST_CASE("QEMU runs unprivileged, and its user owns the writable disk") {
  Qemu qemu;
  MachineSpec spec = qemu.Boot("humble");
  struct stat process {};
  struct stat disk {};
  std::string proc = "/proc/" + std::to_string(qemu.hypervisor.Pid("humble").value());
  REQUIRE(::stat(proc.c_str(), &process) == 0);
  REQUIRE(::stat(spec.disks[0].file.c_str(), &disk) == 0);
  CHECK(process.st_uid != 0);
  CHECK(disk.st_uid == process.st_uid);
  CHECK((disk.st_mode & 07777) == 0600);
}

TEST_CASE("a QEMU that is killed is a crashed machine") {
  Qemu qemu;
  qemu.Boot("killed");
  REQUIRE(::kill(qemu.hypervisor.Pid("killed").value(), SIGKILL) == 0);
  CHECK(qemu.ends.Wait("killed", MachineEnd::kCrashed));
  CHECK(qemu.hypervisor.State("killed")->end == MachineEnd::kCrashed);
}

TEST_CASE("a machine that cannot start stays defined, says why, and starts once it can") {
  Qemu qemu;
  MachineSpec spec = TestMachine(StateDir(), "broken");
  std::filesystem::path away = spec.disks[0].file.string() + ".away";
  qemu.hypervisor.Define(spec);
  std::filesystem::rename(spec.disks[0].file, away);
  CHECK_THROWS_WITH(qemu.hypervisor.Start("broken"),
                    Catch::Contains("start machine \"broken\"") && Catch::Contains("disk.img"));
  CHECK_FALSE(qemu.hypervisor.State("broken")->running);
  std::filesystem::rename(away, spec.disks[0].file);
  qemu.hypervisor.Start("broken");
  CHECK(WaitForConsole(spec, "hello\n"));
}

TEST_CASE("a machine whose disk is not there is not defined") {
  Qemu qemu;
  MachineSpec spec = TestMachine(StateDir(), "diskless");
  std::filesystem::remove(spec.disks[0].file);
  CHECK_THROWS_AS(qemu.hypervisor.Define(spec), Error);
  CHECK_FALSE(qemu.hypervisor.State("diskless"));
}

TEST_CASE("a running machine can be forgotten at once, twice, and leaves no process") {
  Qemu qemu;
  qemu.Boot("forgotten");
  CHECK(qemu.hypervisor.List() == std::vector<std::string>{"forgotten"});
  qemu.hypervisor.Undefine("forgotten");
  qemu.hypervisor.Undefine("forgotten");
  CHECK(qemu.hypervisor.List().empty());
  CHECK_FALSE(qemu.hypervisor.Pid("forgotten"));
  CHECK_FALSE(qemu.hypervisor.State("forgotten"));
}

TEST_CASE("a driver that can run machines has no fault") {
  CHECK(Qemu().hypervisor.Fault().empty());
}

}  // namespace
}  // namespace crimux::vm
