#include "vmruntime/machine/stray_folders.h"

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"
#include "vmruntime/machine/connection.h"
#include "vmruntime/machine/event_loop.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

TEST_CASE("folders of machines that don't run are removed, and nothing else") {
  EventLoop loop;
  // Has one machine, "test", which runs and has the id 1.
  ConnectionHandle connection = OpenConnection("test:///default");
  TemporaryDir dir;
  for (const char* folder : {"lib/qemu", "lib/qemu/channel/target"}) {
    for (const char* name : {"domain-1-test", "domain-11-gone", "domain-2-gone", "other"}) {
      fs::create_directories(dir.path() / folder / name / "inside");
    }
  }
  RemoveStrayFolders(connection.get(), dir.path());
  for (const char* folder : {"lib/qemu", "lib/qemu/channel/target"}) {
    CHECK(fs::exists(dir.path() / folder / "domain-1-test/inside"));
    CHECK(fs::exists(dir.path() / folder / "other/inside"));
    CHECK_FALSE(fs::exists(dir.path() / folder / "domain-2-gone"));
    CHECK_FALSE(fs::exists(dir.path() / folder / "domain-11-gone"));
  }
}

TEST_CASE("a root that has no folders yet is left as it is") {
  EventLoop loop;
  ConnectionHandle connection = OpenConnection("test:///default");
  TemporaryDir dir;
  RemoveStrayFolders(connection.get(), dir.path());
  CHECK(fs::is_empty(dir.path()));
}

}  // namespace
}  // namespace crimux::vm
