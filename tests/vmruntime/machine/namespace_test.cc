#include <fcntl.h>
#include <sched.h>

#include <thread>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/process.h"
#include "base/rollback.h"
#include "tests/vmruntime/machine/test_machine.h"
#include "vmruntime/machine/libvirt_hypervisor.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

void Ip(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "ip");
  ProcessResult result = RunProcess({.argv = arguments});
  INFO(result.Failure());
  REQUIRE(result.Succeeded());
}

void RunInside(const fs::path& netns, const std::function<void()>& work) {
  std::exception_ptr failure;
  std::thread thread([&] {
    try {
      UniqueFd space = OpenFile(netns, O_RDONLY);
      if (::setns(space.get(), CLONE_NEWNET) != 0) throw std::runtime_error("setns failed");
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

TEST_CASE("a machine lives in the network namespace of the thread that starts it, on its tap") {
  const std::string name = "crimux-machine-test";
  const fs::path netns = "/run/netns/" + name;
  RunProcess({.argv = {"ip", "netns", "del", name}});  // of a test that was killed
  Ip({"netns", "add", name});
  LibvirtHypervisor hypervisor(TestConfig(StateDir()));
  Rollback cleanup;
  cleanup.Add("namespace", [&] { RunProcess({.argv = {"ip", "netns", "del", name}}); });
  Ip({"-n", name, "tuntap", "add", "dev", "tap0", "mode", "tap", "vnet_hdr"});
  Ip({"-n", name, "link", "set", "tap0", "up"});

  cleanup.Add("machine", [&] { hypervisor.Undefine("inside"); });
  MachineSpec spec = TestMachine(StateDir(), "inside");
  spec.nics = {{.tap = "tap0", .mac = "0a:58:0a:58:00:05", .mtu = 1400}};
  hypervisor.Define(spec);
  RunInside(netns, [&] { hypervisor.Start("inside"); });
  REQUIRE(WaitForConsole(spec, "hello\n"));

  fs::path of_qemu =
      fs::path("/proc") / std::to_string(hypervisor.Pid("inside").value()) / "ns/net";
  CHECK(fs::equivalent(of_qemu, netns));
  CHECK_FALSE(fs::equivalent(of_qemu, "/proc/self/ns/net"));
  // A tap has a carrier once QEMU has opened it.
  ProcessResult link = RunProcess({.argv = {"ip", "-n", name, "link", "show", "tap0"}});
  CHECK_THAT(link.out, Catch::Contains("LOWER_UP"));
  hypervisor.Undefine("inside");
  CHECK(RunProcess({.argv = {"ip", "-n", name, "link", "show", "tap0"}}).Succeeded());
}

}  // namespace
}  // namespace crimux::vm
