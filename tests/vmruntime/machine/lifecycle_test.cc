#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/machine/test_machine.h"
#include "vmruntime/machine/libvirt_hypervisor.h"

// libvirt's test driver, which comes with one running machine, "test", and has no QEMU.
namespace crimux::vm {
namespace {

struct TestDriver {
  TestDriver() { hypervisor.OnEnd(ends.Handler()); }
  Ends ends;
  LibvirtHypervisor hypervisor{VmConfig{}, "test:///default"};
};

TEST_CASE("destroying a machine ends it as destroyed, and may be repeated") {
  TestDriver driver;
  CHECK(driver.hypervisor.State("test")->running);
  driver.hypervisor.Destroy("test");
  CHECK(driver.ends.Wait("test", MachineEnd::kDestroyed));
  driver.hypervisor.Destroy("test");
  CHECK_FALSE(driver.hypervisor.State("test")->running);
  CHECK(driver.hypervisor.State("test")->end == MachineEnd::kDestroyed);
}

TEST_CASE("a machine that was ended can start again, but not twice") {
  TestDriver driver;
  driver.hypervisor.Destroy("test");
  driver.hypervisor.Start("test");
  CHECK(driver.hypervisor.State("test")->running);
  CHECK_THROWS_AS(driver.hypervisor.Start("test"), Error);
}

TEST_CASE("of an unknown machine there is no state, it cannot start, and need not be ended") {
  TestDriver driver;
  CHECK_FALSE(driver.hypervisor.State("nowhere"));
  CHECK_FALSE(driver.hypervisor.Pid("nowhere"));
  driver.hypervisor.RequestShutdown("nowhere");
  driver.hypervisor.Destroy("nowhere");
  driver.hypervisor.Undefine("nowhere");
  try {
    driver.hypervisor.Start("nowhere");
    FAIL("started");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::NOT_FOUND);
  }
}

TEST_CASE("what the handler of ends throws does not end the event thread") {
  TestDriver driver;
  driver.hypervisor.OnEnd([](const std::string&, MachineEnd) { throw std::runtime_error("oops"); });
  driver.hypervisor.Destroy("test");
  driver.hypervisor.OnEnd(driver.ends.Handler());
  driver.hypervisor.Start("test");
  driver.hypervisor.Destroy("test");
  CHECK(driver.ends.Wait("test", MachineEnd::kDestroyed));
}

TEST_CASE("a socket path that no address can hold is refused when the machine is defined") {
  TestDriver driver;
  MachineSpec spec;
  spec.name = "m";
  spec.console_socket = "/" + std::string(101, 'x');
  CHECK_THROWS_WITH(driver.hypervisor.Define(spec),
                    Catch::Contains("longer than a socket address"));
}

}  // namespace
}  // namespace crimux::vm
