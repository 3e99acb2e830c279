#include "vmruntime/machine/guest_memory.h"

#include <signal.h>

#include <future>

#include <catch2/catch.hpp>

#include "tests/vmruntime/machine/test_machine.h"
#include "vmruntime/machine/libvirt_hypervisor.h"

// Real QEMU under TCG, through the embedded driver.
namespace crimux::vm {
namespace {

struct GrownQemu {
  ~GrownQemu() {
    for (int pid : stopped) ::kill(pid, SIGCONT);
    for (const std::string& name : hypervisor.List()) hypervisor.Undefine(name);
  }
  int Boot(const std::string& name) {
    MachineSpec spec = TestMachine(StateDir(), name);
    hypervisor.Define(spec);
    hypervisor.Start(name);
    REQUIRE(WaitForConsole(spec, "hello\n"));
    return hypervisor.Pid(name).value();
  }
  std::vector<int> stopped;
  LibvirtHypervisor hypervisor{TestConfig(StateDir())};
};

TEST_CASE("a machine that hangs holds up one question for all, and no later one") {
  GrownQemu qemu;
  qemu.Boot("sound");
  int pid = qemu.Boot("hangs");
  GuestMemoryQuestion question = qemu.hypervisor.AskGuestMemories();
  // This guest has no driver for its balloon, and so says nothing.
  CHECK(question().empty());
  qemu.stopped.push_back(pid);
  REQUIRE(::kill(pid, SIGSTOP) == 0);
  auto held = std::async(std::launch::async, question);
  REQUIRE(held.wait_for(std::chrono::milliseconds(500)) == std::future_status::timeout);
  for (int i = 0; i < 3; ++i) {
    auto later = std::async(std::launch::async, question);
    CHECK(later.wait_for(std::chrono::seconds(5)) == std::future_status::ready);
  }
  CHECK(held.wait_for(std::chrono::seconds(0)) == std::future_status::timeout);
  REQUIRE(::kill(pid, SIGCONT) == 0);
  CHECK(held.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
}

TEST_CASE("a machine that hangs while it is asked can be destroyed") {
  GrownQemu qemu;
  int pid = qemu.Boot("hangs");
  REQUIRE(::kill(pid, SIGSTOP) == 0);
  qemu.stopped.push_back(pid);
  auto held = std::async(std::launch::async, qemu.hypervisor.AskGuestMemories());
  REQUIRE(held.wait_for(std::chrono::milliseconds(500)) == std::future_status::timeout);
  qemu.hypervisor.Destroy("hangs");
  CHECK(held.wait_for(std::chrono::seconds(10)) == std::future_status::ready);
  CHECK_FALSE(qemu.hypervisor.Pid("hangs"));
}

}  // namespace
}  // namespace crimux::vm
