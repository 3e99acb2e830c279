#include "vmruntime/pod/network_watch.h"

#include <chrono>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

bool IsServed(World& world, const std::string& id) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (std::chrono::steady_clock::now() < deadline) {
    {
      // That under which the watch serves.
      PodLocks::Guard guard = world.locks.Lock(id);
      if (world.networks.served.contains(id)) return true;
    }
    std::this_thread::yield();
  }
  return false;
}

TEST_CASE("a pod that runs without a DHCP server gets one; one whose machine has ended doesn't") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string runs = world.RunSandbox("runs");
  world.RunContainer(runs);
  world.RunSandbox("empty");
  world.containers.Stop(world.RunContainer(world.RunSandbox("ended")), std::chrono::seconds(0), {});
  std::string stopped = world.RunSandbox("stopped");
  world.RunContainer(stopped);
  world.sandboxes.Stop(stopped);
  world.networks.served.clear();
  NetworkWatch(world.rooms).Look();
  CHECK(world.networks.served == std::set<std::string>{runs});
}

TEST_CASE("a pod that is being changed is left to the next round, and holds up no other") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string busy = world.RunSandbox("busy");
  std::string free = world.RunSandbox("free");
  for (const std::string& id : {busy, free}) world.RunContainer(id);
  world.networks.served.clear();
  NetworkWatch watch(world.rooms);
  {
    PodLocks::Guard guard = world.locks.Lock(busy);
    watch.Look();
    CHECK(world.networks.served == std::set<std::string>{free});
  }
  watch.Look();
  CHECK(world.networks.served.contains(busy));
}

TEST_CASE("the thread looks again and again, and ends at once") {
  WorldDir dir;
  World world(dir.path(), dir.hypervisor);
  std::string id = world.RunSandbox("runs");
  world.RunContainer(id);
  world.networks.served.clear();
  NetworkWatch watch(world.rooms);
  watch.Run(std::chrono::milliseconds(1));
  for (int round = 0; round < 2; ++round) {
    CHECK(IsServed(world, id));
    PodLocks::Guard guard = world.locks.Lock(id);
    world.networks.served.clear();
  }
}

}  // namespace
}  // namespace crimux::vm
