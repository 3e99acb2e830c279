#include "vmruntime/machine/machine_end.h"

#include <libvirt/libvirt.h>

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

TEST_CASE("only a stopped machine has ended") {
  CHECK_FALSE(EndOfEvent(VIR_DOMAIN_EVENT_STARTED, 0));
  CHECK_FALSE(EndOfEvent(VIR_DOMAIN_EVENT_SHUTDOWN, VIR_DOMAIN_EVENT_SHUTDOWN_FINISHED));
  CHECK_FALSE(EndOfEvent(VIR_DOMAIN_EVENT_CRASHED, VIR_DOMAIN_EVENT_CRASHED_PANICKED));
  CHECK_FALSE(EndOfState(VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED));
  CHECK_FALSE(EndOfState(VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR));
}

TEST_CASE("events tell a power-off, our own doing and a crash apart") {
  auto stopped = [](int detail) { return EndOfEvent(VIR_DOMAIN_EVENT_STOPPED, detail); };
  CHECK(stopped(VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN) == MachineEnd::kShutdown);
  CHECK(stopped(VIR_DOMAIN_EVENT_STOPPED_DESTROYED) == MachineEnd::kDestroyed);
  CHECK(stopped(VIR_DOMAIN_EVENT_STOPPED_CRASHED) == MachineEnd::kCrashed);
  CHECK(stopped(VIR_DOMAIN_EVENT_STOPPED_FAILED) == MachineEnd::kCrashed);
}

TEST_CASE("states tell them apart too, and an unknown reason stays unknown") {
  auto off = [](int reason) { return EndOfState(VIR_DOMAIN_SHUTOFF, reason); };
  CHECK(off(VIR_DOMAIN_SHUTOFF_SHUTDOWN) == MachineEnd::kShutdown);
  CHECK(off(VIR_DOMAIN_SHUTOFF_DESTROYED) == MachineEnd::kDestroyed);
  CHECK(off(VIR_DOMAIN_SHUTOFF_CRASHED) == MachineEnd::kCrashed);
  CHECK(off(VIR_DOMAIN_SHUTOFF_DAEMON) == MachineEnd::kCrashed);
  CHECK(off(VIR_DOMAIN_SHUTOFF_FAILED) == MachineEnd::kFailed);
  CHECK_FALSE(off(VIR_DOMAIN_SHUTOFF_UNKNOWN));
  CHECK(EndOfState(VIR_DOMAIN_CRASHED, 0) == MachineEnd::kCrashed);
}

}  // namespace
}  // namespace crimux::vm
