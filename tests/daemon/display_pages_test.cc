#include "daemon/display_pages.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux {
namespace {

struct Bench {
  Bench() {
    Add("running", vm::state::ContainerRecord::RUNNING);
    Add("exited", vm::state::ContainerRecord::EXITED);
  }
  void Add(const std::string& id, vm::state::ContainerRecord::State state) {
    vm::state::ContainerRecord record;
    record.set_id(id);
    record.set_sandbox_id("pod");
    record.mutable_config()->mutable_metadata()->set_name(id);
    record.set_state(state);
    registry.Add(record);
  }
  grpc::StatusCode CodeOf(const proxy::PageRequest& request) const {
    try {
      ScreenshotPage(displays, request);
    } catch (const Error& e) {
      return e.code();
    }
    return grpc::StatusCode::OK;
  }

  TemporaryDir dir;
  vm::RecordStore store{dir.path() / "db"};
  vm::Registry registry{store};
  vm::FakeHypervisor hypervisor;
  vm::Displays displays{registry, hypervisor};
};

TEST_CASE("the screenshot of a container is its VM's, as PNG") {
  Bench bench;
  proxy::PageReply reply = ScreenshotPage(bench.displays, {{{"container", "run"}}});
  CHECK(reply.content_type == "image/png");
  CHECK(reply.body == "picture of running");
}

TEST_CASE("the page of VNC tells the socket") {
  Bench bench;
  CHECK(VncPage(bench.displays, {{{"container", "running"}}}).body ==
        "{\"socket\":\"/vnc/running\"}\n");
}

TEST_CASE("a display takes a container that is there, and runs") {
  Bench bench;
  CHECK(bench.CodeOf({}) == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(bench.CodeOf({{{"container", ""}}}) == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(bench.CodeOf({{{"container", "nobody"}}}) == grpc::StatusCode::NOT_FOUND);
  CHECK(bench.CodeOf({{{"container", "exited"}}}) == grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace crimux
