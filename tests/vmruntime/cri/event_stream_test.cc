#include "vmruntime/cri/event_stream.h"

#include <grpcpp/impl/codegen/proto_utils.h>

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

cri::ContainerEventResponse Parse(grpc::ByteBuffer bytes) {
  cri::ContainerEventResponse message;
  REQUIRE(
      grpc::SerializationTraits<cri::ContainerEventResponse>::Deserialize(&bytes, &message).ok());
  return message;
}

// Streams on a thread of its own until it is stopped or the client goes.
struct EventStreamFixture {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  std::stop_source source;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<cri::ContainerEventResponse> got;
  bool is_gone = false;
  std::jthread thread{[this] {
    CallContext context{.cancelled = source.get_token()};
    StreamEvents(world.registry.events(), world.images, context, [this](const auto& bytes) {
      std::lock_guard lock(mutex);
      if (is_gone) return false;
      got.push_back(Parse(bytes));
      changed.notify_all();
      return true;
    });
  }};

  EventStreamFixture() {
    while (!world.registry.events().HasReaders()) std::this_thread::yield();
  }
  ~EventStreamFixture() { source.request_stop(); }
  cri::ContainerEventResponse Last(size_t count) {
    std::unique_lock lock(mutex);
    REQUIRE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return got.size() >= count; }));
    return got.back();
  }
};

TEST_CASE("an event on the wire has all that a kubelet reads of it") {
  EventStreamFixture f;
  std::string pod = f.world.RunSandbox("web");
  auto started = f.Last(2);
  CHECK(started.container_id() == pod);
  CHECK(started.container_event_type() == cri::CONTAINER_STARTED_EVENT);
  CHECK(started.pod_sandbox_status().metadata().uid() == "uid-web");
  CHECK(started.pod_sandbox_status().network().ip() == "10.1.2.3");
  CHECK(started.containers_statuses().empty());
  std::string vm = f.world.RunContainer(pod);
  auto running = f.Last(4);
  CHECK(running.container_id() == vm);
  CHECK(running.created_at() >= started.created_at());
  REQUIRE(running.containers_statuses_size() == 1);
  CHECK(running.containers_statuses(0).state() == cri::CONTAINER_RUNNING);
  CHECK(running.containers_statuses(0).image_ref() == "sha256:feed");
  f.world.hypervisor.End(vm, MachineEnd::kShutdown);
  auto ended = f.Last(5);
  CHECK(ended.container_event_type() == cri::CONTAINER_STOPPED_EVENT);
  CHECK(ended.containers_statuses(0).reason() == "Completed");
  f.world.sandboxes.Remove(pod);
  auto deleted = f.Last(8);
  CHECK(deleted.container_id() == pod);
  CHECK(deleted.container_event_type() == cri::CONTAINER_DELETED_EVENT);
  CHECK(deleted.pod_sandbox_status().metadata().uid() == "uid-web");
}

TEST_CASE("the stream ends when the client has gone") {
  EventStreamFixture f;
  {
    std::lock_guard lock(f.mutex);
    f.is_gone = true;
  }
  f.world.RunSandbox("web");
  f.thread.join();
  CHECK(f.got.empty());
  CHECK_FALSE(f.world.registry.events().HasReaders());
}

}  // namespace
}  // namespace crimux::vm
