#include "vmruntime/pod/recovery.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

using state::ContainerRecord;
using state::SandboxRecord;

// One life of crimuxd after the other on the same folder and the same machines.
struct Lives {
  WorldDir dir;
  std::optional<World> world;

  Lives() { world.emplace(dir.path(), dir.hypervisor); }
  // The process dies, whatever it was at; the next one starts.
  World& Restart() {
    dir.hypervisor.OnEnd(nullptr);
    std::set<std::string> up = world->networks.up;
    world.emplace(dir.path(), dir.hypervisor);
    world->networks.up = up;
    world->Recover();
    return *world;
  }
};

TEST_CASE("a pod that runs is found running, its console followed, its addresses served") {
  Lives lives;
  std::string sandbox = lives.world->RunSandbox("web");
  std::string id = lives.world->RunContainer(sandbox);
  World& world = lives.Restart();
  CHECK(world.registry.FindSandbox(sandbox)->state() == SandboxRecord::READY);
  CHECK(world.registry.FindContainer(id)->state() == ContainerRecord::RUNNING);
  CHECK(world.consoles.followed.count(id) == 1);
  CHECK(world.networks.served.count(sandbox) == 1);
  world.sandboxes.Remove(sandbox);
  CHECK(world.Empty());
}

TEST_CASE("a machine that ended meanwhile is exited, with its log complete") {
  Lives lives;
  std::string id = lives.world->RunContainer(lives.world->RunSandbox("web"));
  lives.dir.hypervisor.OnEnd(nullptr);
  lives.dir.hypervisor.End(id, MachineEnd::kShutdown);
  World& world = lives.Restart();
  CHECK(world.registry.FindContainer(id)->state() == ContainerRecord::EXITED);
  CHECK(world.registry.FindContainer(id)->exit_code() == 0);
  CHECK(world.consoles.finished.count(id) == 1);
}

TEST_CASE("a machine that has vanished is a crash") {
  Lives lives;
  std::string id = lives.world->RunContainer(lives.world->RunSandbox("web"));
  lives.dir.hypervisor.machines.clear();
  World& world = lives.Restart();
  CHECK(world.registry.FindContainer(id)->exit_code() == 255);
}

TEST_CASE("a half-made sandbox is undone") {
  Lives lives;
  std::string id = lives.world->RunSandbox("web");
  lives.world->registry.UpdateSandbox(id, [](SandboxRecord& record) {
    record.set_state(SandboxRecord::CREATING);
    return true;
  });
  CHECK(lives.Restart().Empty());
}

TEST_CASE("a half-made and a half-removed container are undone") {
  auto state = GENERATE(ContainerRecord::CREATING, ContainerRecord::REMOVING);
  Lives lives;
  std::string sandbox = lives.world->RunSandbox("web");
  std::string id = lives.world->CreateContainer(sandbox);
  lives.world->registry.UpdateContainer(id, [&](ContainerRecord& record) {
    record.set_state(state);
    return true;
  });
  World& world = lives.Restart();
  CHECK(world.registry.Containers().empty());
  world.sandboxes.Remove(sandbox);
  CHECK(world.Empty());
}

TEST_CASE("a stop that a crash broke off is finished") {
  Lives lives;
  std::string id = lives.world->RunSandbox("web");
  lives.world->registry.UpdateSandbox(id, [](SandboxRecord& record) {
    record.set_state(SandboxRecord::NOT_READY);
    return true;
  });
  World& world = lives.Restart();
  CHECK(world.registry.FindSandbox(id)->dismantled());
  CHECK(world.networks.up.empty());
}

TEST_CASE(
    "after a reboot a pod without its namespace is not ready, and its address is given back") {
  Lives lives;
  std::string id = lives.world->RunSandbox("web");
  RemoveNetns(lives.world->registry.FindSandbox(id)->netns());
  World& world = lives.Restart();
  CHECK(world.registry.FindSandbox(id)->state() == SandboxRecord::NOT_READY);
  CHECK(world.networks.up.empty());
}

TEST_CASE("machines, files and networks that no record knows are removed") {
  Lives lives;
  std::string known = lives.world->RunSandbox("web");
  CHECK(lives.Restart().networks.kept == std::set<std::string>{known});
  lives.world->sandboxes.Remove(known);
  lives.dir.hypervisor.machines["stranger"] = {.running = true};
  MakeDirectory(lives.world->layout.Container("stranger"), 0700);
  MakeDirectory(lives.world->layout.Sandbox("stranger"), 0700);
  CHECK(lives.Restart().Empty());
}

TEST_CASE("one pod that cannot be recovered does not keep the others from it") {
  Lives lives;
  std::string broken = lives.world->RunSandbox("broken");
  // Whichever comes before the broken one, not all do.
  std::vector<std::string> lost;
  for (int i = 0; i < 8; ++i) {
    lost.push_back(lives.world->RunSandbox("lost" + std::to_string(i)));
    RemoveNetns(lives.world->registry.FindSandbox(lost.back())->netns());
  }
  lives.world->registry.UpdateSandbox(broken, [](SandboxRecord& record) {
    record.set_netns("/dev/null/impossible");
    record.set_state(SandboxRecord::CREATING);
    return true;
  });
  World& world = lives.Restart();
  for (const std::string& id : lost) {
    CHECK(world.registry.FindSandbox(id)->state() == SandboxRecord::NOT_READY);
  }
}

}  // namespace
}  // namespace crimux::vm
