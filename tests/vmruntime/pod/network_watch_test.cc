#include "vmruntime/pod/network_watch.h"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

bool IsRestored(World& world, const std::string& id) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    {
      // That under which the watch restores.
      PodLocks::Guard guard = world.locks.Lock(id);
      if (world.networks.restored.contains(id)) return true;
    }
    std::this_thread::yield();
  }
  return false;
}

TEST_CASE("a ready pod without a DHCP server gets one, a stopped one doesn't") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string ready = world.RunSandbox("ready");
  std::string stopped = world.RunSandbox("stopped");
  world.sandboxes.Stop(stopped);
  NetworkWatch(world.rooms).Look();
  CHECK(world.networks.restored == std::set<std::string>{ready});
}

TEST_CASE("the thread looks again and again, and ends at once") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string id = world.RunSandbox("ready");
  NetworkWatch watch(world.rooms);
  watch.Run(std::chrono::milliseconds(1));
  for (int round = 0; round < 2; ++round) {
    CHECK(IsRestored(world, id));
    PodLocks::Guard guard = world.locks.Lock(id);
    world.networks.restored.clear();
  }
}

}  // namespace
}  // namespace crimux::vm
