#include "vmruntime/state/record_store.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

TEST_CASE("records survive a reopening, replaced and deleted ones too") {
  TemporaryDir dir;
  {
    RecordStore store(dir.path() / "state.db");
    state::SandboxRecord sandbox;
    sandbox.set_id("a");
    sandbox.mutable_config()->mutable_metadata()->set_name("web");
    store.Put(sandbox);
    sandbox.set_state(state::SandboxRecord::READY);
    store.Put(sandbox);
    state::ContainerRecord container;
    container.set_id("c");
    store.Put(container);
    container.set_id("d");
    store.Put(container);
    store.DeleteContainer("c");
  }
  RecordStore store(dir.path() / "state.db");
  REQUIRE(store.Sandboxes().size() == 1);
  CHECK(store.Sandboxes()[0].state() == state::SandboxRecord::READY);
  CHECK(store.Sandboxes()[0].config().metadata().name() == "web");
  REQUIRE(store.Containers().size() == 1);
  CHECK(store.Containers()[0].id() == "d");
}

TEST_CASE("a database of a later version is refused, not misread") {
  TemporaryDir dir;
  std::filesystem::path file = dir.path() / "state.db";
  { RecordStore store(file); }
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  CHECK_THROWS_WITH(RecordStore(file), Catch::Contains("version 99"));
}

TEST_CASE("an unreadable record is left out, the others stay") {
  TemporaryDir dir;
  std::filesystem::path file = dir.path() / "state.db";
  RecordStore store(file);
  state::SandboxRecord sandbox;
  sandbox.set_id("good");
  store.Put(sandbox);
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE)
      .exec("INSERT INTO sandboxes VALUES ('bad', x'ffffffff')");
  REQUIRE(store.Sandboxes().size() == 1);
  CHECK(store.Sandboxes()[0].id() == "good");
}

TEST_CASE("a folder that is not there is an error that names the file") {
  CHECK_THROWS_WITH(RecordStore("/nowhere/state.db"), Catch::Contains("/nowhere/state.db"));
}

}  // namespace
}  // namespace crimux::vm
