#include "vmruntime/pod/registry.h"

#include <thread>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

state::SandboxRecord Sandbox(const std::string& id, const std::string& name) {
  state::SandboxRecord record;
  record.set_id(id);
  record.mutable_config()->mutable_metadata()->set_name(name);
  return record;
}

state::ContainerRecord Container(const std::string& id, const std::string& name) {
  state::ContainerRecord record;
  record.set_id(id);
  record.set_sandbox_id("s");
  record.set_image_ref("sha256:" + id);
  record.set_state(state::ContainerRecord::RUNNING);
  record.mutable_config()->mutable_metadata()->set_name(name);
  return record;
}

struct RegistryFixture {
  TemporaryDir dir;
  RecordStore store{dir.path() / "state.db"};
  Registry registry{store};
};

TEST_CASE("an id may be a prefix that only one record has") {
  RegistryFixture f;
  f.registry.Add(Sandbox("abc1", "one"));
  f.registry.Add(Sandbox("abc2", "two"));
  f.registry.Add(Sandbox("abc", "three"));
  CHECK(f.registry.FindSandbox("abc1")->id() == "abc1");
  CHECK(f.registry.FindSandbox("abc")->id() == "abc");
  CHECK_FALSE(f.registry.FindSandbox("ab"));
  CHECK_FALSE(f.registry.FindSandbox(""));
  CHECK_FALSE(f.registry.FindSandbox("x"));
}

TEST_CASE("two sandboxes cannot have the same metadata, nor two containers of a pod") {
  RegistryFixture f;
  f.registry.Add(Sandbox("a", "web"));
  CHECK_THROWS_WITH(f.registry.Add(Sandbox("b", "web")), Catch::Contains("sandbox a"));
  f.registry.Add(Container("c", "vm"));
  CHECK_THROWS_WITH(f.registry.Add(Container("d", "vm")), Catch::Contains("container c"));
  CHECK(f.store.Sandboxes().size() == 1);
  CHECK(f.store.Containers().size() == 1);
}

TEST_CASE("what a change returns false for is neither kept nor stored") {
  RegistryFixture f;
  f.registry.Add(Container("c", "vm"));
  CHECK_FALSE(f.registry.UpdateContainer("c", [](state::ContainerRecord& record) {
    record.set_exit_code(7);
    return false;
  }));
  CHECK(f.registry.FindContainer("c")->exit_code() == 0);
  CHECK(f.store.Containers()[0].exit_code() == 0);
  CHECK_FALSE(f.registry.UpdateContainer("gone", [](auto&) { return true; }));
}

TEST_CASE("a new registry on the same store has all records") {
  RegistryFixture f;
  f.registry.Add(Sandbox("s", "web"));
  f.registry.Add(Container("c", "vm"));
  Registry later(f.store);
  CHECK(later.FindSandbox("s"));
  CHECK(later.ContainersOf("s").size() == 1);
  CHECK(later.UsesImage("sha256:c"));
  later.EraseContainer("c");
  CHECK_FALSE(later.UsesImage("sha256:c"));
}

TEST_CASE("waiting for an end returns when it comes, when time is over, and when cancelled") {
  RegistryFixture f;
  f.registry.Add(Container("c", "vm"));
  auto far = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  CHECK_FALSE(f.registry.WaitForEnd("c", std::chrono::steady_clock::now(), std::stop_token()));
  std::stop_source cancelled;
  cancelled.request_stop();
  CHECK_FALSE(f.registry.WaitForEnd("c", far, cancelled.get_token()));
  std::jthread ender([&] {
    f.registry.UpdateContainer("c", [](state::ContainerRecord& record) {
      record.set_state(state::ContainerRecord::EXITED);
      return true;
    });
  });
  CHECK(f.registry.WaitForEnd("c", far, std::stop_token()));
  CHECK(f.registry.WaitForEnd("nobody", far, std::stop_token()));
}

}  // namespace
}  // namespace crimux::vm
