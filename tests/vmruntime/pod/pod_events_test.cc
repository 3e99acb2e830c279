#include "vmruntime/pod/pod_events.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

// Reads what is there, without waiting.
struct Listener {
  explicit Listener(PodEvents& source) : reader(source) {}

  // "created <id>; …", with "pod" and "vm" for the ids.
  std::string Heard(const std::string& pod, const std::string& vm = "") {
    std::string text;
    std::stop_source now;
    now.request_stop();
    while ((last = reader.Next(now.get_token()))) {
      constexpr const char* kNames[] = {"created", "started", "stopped", "deleted"};
      std::string who = last->id == pod ? "pod" : last->id == vm ? "vm" : last->id;
      text += (text.empty() ? "" : "; ");
      text += kNames[static_cast<int>(last->type)] + (" " + who);
      events.push_back(last);
    }
    return text;
  }

  PodEvents::Reader reader;
  PodEventPtr last;
  std::vector<PodEventPtr> events;
};

struct PodEventsFixture {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
};

using state::ContainerRecord;
using state::SandboxRecord;

TEST_CASE("a pod's life is told from its sandbox's start to its deletion") {
  PodEventsFixture f;
  Listener listener(f.world.registry.events());
  std::string pod = f.world.RunSandbox("web");
  CHECK(listener.Heard(pod) == "created pod; started pod");
  std::string vm = f.world.CreateContainer(pod);
  f.world.containers.Start(vm);
  CHECK(listener.Heard(pod, vm) == "created vm; started vm");
  f.world.containers.Stop(vm, std::chrono::seconds(1), CallContext());
  CHECK(listener.Heard(pod, vm) == "stopped vm");
  f.world.containers.Stop(vm, std::chrono::seconds(1), CallContext());
  f.world.containers.Remove(vm);
  f.world.sandboxes.Stop(pod);
  f.world.sandboxes.Stop(pod);
  f.world.sandboxes.Remove(pod);
  CHECK(listener.Heard(pod, vm) == "deleted vm; stopped pod; deleted pod");
}

TEST_CASE("an event has the pod as it was right then, and the time") {
  PodEventsFixture f;
  Listener listener(f.world.registry.events());
  int64_t before = Now();
  std::string pod = f.world.RunSandbox("web");
  std::string other = f.world.RunSandbox("db");
  std::string vm = f.world.RunContainer(pod);
  f.world.RunContainer(other);
  f.world.sandboxes.Remove(pod);
  listener.Heard(pod, vm);
  int64_t last = before;
  for (const PodEventPtr& event : listener.events) {
    CHECK(event->time >= last);
    last = event->time;
    if (event->sandbox.id() != pod) continue;
    CHECK(event->sandbox.config().metadata().uid() == "uid-web");
    bool is_pod = event->id == pod;
    if (event->type == PodEventType::kStarted && !is_pod) {
      REQUIRE(event->containers.size() == 1);
      CHECK(event->containers[0].state() == ContainerRecord::RUNNING);
      CHECK(event->sandbox.state() == SandboxRecord::READY);
    }
    if (event->type == PodEventType::kStopped && !is_pod) {
      REQUIRE(event->containers.size() == 1);
      CHECK(event->containers[0].state() == ContainerRecord::EXITED);
      CHECK(event->containers[0].exit_code() == 137);
    }
    if (event->type == PodEventType::kDeleted) CHECK(event->containers.empty());
  }
  CHECK(last <= Now());
}

TEST_CASE("a machine that ends by itself, or does not start, is told as stopped") {
  PodEventsFixture f;
  std::string pod = f.world.RunSandbox("web");
  std::string vm = f.world.RunContainer(pod);
  Listener listener(f.world.registry.events());
  f.world.hypervisor.End(vm, MachineEnd::kCrashed);
  CHECK(listener.Heard(pod, vm) == "stopped vm");
  CHECK(listener.events.back()->containers[0].exit_code() == 255);
  std::string next = f.world.containers.Create([&] {
    auto request = f.world.ContainerRequest(pod);
    request.mutable_config()->mutable_metadata()->set_attempt(1);
    return request;
  }());
  f.world.hypervisor.fail_start = true;
  CHECK_THROWS(f.world.containers.Start(next));
  CHECK(listener.Heard(pod, next) == "created vm; started vm; stopped vm");
}

TEST_CASE("what could not be made was never there") {
  PodEventsFixture f;
  Listener listener(f.world.registry.events());
  f.world.networks.fail_set_up = true;
  CHECK_THROWS(f.world.RunSandbox("web"));
  f.world.networks.fail_set_up = false;
  CHECK(listener.Heard("") == "");
  std::string pod = f.world.RunSandbox("web");
  f.world.hypervisor.fail_define = true;
  CHECK_THROWS(f.world.CreateContainer(pod));
  CHECK(listener.Heard(pod) == "created pod; started pod");
}

TEST_CASE("all readers hear all, each from its beginning on") {
  PodEventsFixture f;
  PodEvents& events = f.world.registry.events();
  CHECK_FALSE(events.HasReaders());
  Listener early(events);
  std::string pod = f.world.RunSandbox("web");
  {
    Listener late(events);
    std::string vm = f.world.CreateContainer(pod);
    CHECK(late.Heard(pod, vm) == "created vm");
    CHECK(early.Heard(pod, vm) == "created pod; started pod; created vm");
    // One snapshot for both.
    CHECK(late.events.back() == early.events.back());
  }
  CHECK(events.HasReaders());
}

TEST_CASE("a reader that falls behind is told so, and holds up nobody") {
  PodEvents events;
  PodEvents::Reader slow(events);
  Listener quick(events);
  for (size_t i = 0; i < PodEvents::kMostWaiting; ++i) {
    events.Publish({.id = "a", .sandbox = {}, .containers = {}});
    quick.Heard("");
  }
  std::stop_source never;
  CHECK(slow.Next(never.get_token()));
  events.Publish({.id = "b", .sandbox = {}, .containers = {}});
  CHECK(slow.Next(never.get_token())->id == "a");
  for (int i = 0; i < 2; ++i) events.Publish({.id = "c", .sandbox = {}, .containers = {}});
  CHECK(CodeOf([&] { slow.Next(never.get_token()); }) == grpc::StatusCode::RESOURCE_EXHAUSTED);
  CHECK(CodeOf([&] { slow.Next(never.get_token()); }) == grpc::StatusCode::RESOURCE_EXHAUSTED);
  quick.Heard("");
  CHECK(quick.events.size() == PodEvents::kMostWaiting + 3);
}

TEST_CASE("a reader waits for an event, or until it is stopped") {
  PodEvents events;
  PodEvents::Reader reader(events);
  std::stop_source source;
  std::jthread publisher([&] { events.Publish({.id = "a", .sandbox = {}, .containers = {}}); });
  CHECK(reader.Next(source.get_token())->id == "a");
  std::jthread stopper([&] { source.request_stop(); });
  CHECK(reader.Next(source.get_token()) == nullptr);
}

}  // namespace
}  // namespace crimux::vm
