// Statistics of a hundred VMs at once.
#include <iostream>

#include <catch2/catch.hpp>

#include "base/clock.h"
#include "tests/vmruntime/cri/measured_world.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

constexpr int kVms = 100;

// Guests, one of which may hang as libvirt's do: whoever asks first is held up by it, and who comes
// later passes it by, unless there is always another one that hangs. Questions may outlive the
// test.
struct Guests {
  std::mutex mutex;
  std::condition_variable changed;
  bool hangs = false;
  bool others_follow = false;
  bool is_held = false;
  std::vector<std::string> ids;

  std::map<std::string, GuestMemory> Answer() {
    std::unique_lock lock(mutex);
    if (hangs && (others_follow || !is_held)) {
      is_held = true;
      changed.wait(lock, [&] { return !hangs; });
    }
    std::map<std::string, GuestMemory> answers;
    for (const std::string& id : ids) {
      answers[id] = {.updated = Now(), .total = 1000, .available = 400};
    }
    return answers;
  }
};

// A hundred pods, each with a namespace and files of its own.
struct Node : MeasuredWorld {
  std::shared_ptr<Guests> guests = std::make_shared<Guests>();

  explicit Node(bool one_hangs) {
    guests->hangs = one_hangs;
    for (int i = 0; i < kVms; ++i) {
      guests->ids.push_back(RunVm(world.RunSandbox("pod" + std::to_string(i))));
    }
    dir.hypervisor.guest_memory = [of = guests] { return of->Answer(); };
  }
  ~Node() {
    std::lock_guard lock(guests->mutex);
    guests->hangs = false;
    guests->changed.notify_all();
  }
};

// Milliseconds; the best of some, since others use this machine as well.
double BestTime(Node& node) {
  PodStatistics statistics(node.dir.hypervisor, node.world.cgroups);
  Dispatcher dispatcher;
  AddStatsRpcs(dispatcher, node.world.rooms, statistics);
  double best = 1e9;
  for (int i = 0; i < 50; ++i) {
    cri::ListPodSandboxStatsResponse response;
    auto start = SteadyClock::now();
    REQUIRE(
        Call(dispatcher, "ListPodSandboxStats", cri::ListPodSandboxStatsRequest(), response).ok());
    std::chrono::duration<double, std::milli> took = SteadyClock::now() - start;
    best = std::min(best, took.count());
    REQUIRE(response.stats_size() == kVms);
    for (const cri::PodSandboxStats& stats : response.stats()) {
      REQUIRE(stats.linux().containers_size() == 1);
      REQUIRE(stats.linux().memory().rss_bytes().value() > 0);
      REQUIRE(stats.linux().network().timestamp() > 0);
    }
  }
  return best;
}

// The aim is 20 and 25 ms for optimized code on a machine of its own; unit tests run beside others.
#ifdef NDEBUG
constexpr double kSlack = 3;
#else
constexpr double kSlack = 10;
#endif

TEST_CASE("statistics of 100 VMs take milliseconds, also while one hangs") {
  double alone = 0;
  {
    Node node(false);
    alone = BestTime(node);
  }
  Node node(true);
  node.guests->others_follow = true;
  double hanging = BestTime(node);
  std::cout << "ListPodSandboxStats of " << kVms << " VMs: " << alone << " ms; " << hanging
            << " ms while one hangs\n";
  CHECK(alone < 20 * kSlack);
  CHECK(hanging < 25 * kSlack);
}

TEST_CASE("the guests of the other VMs are heard while one hangs") {
  Node node(true);
  PodStatistics statistics(node.dir.hypervisor, node.world.cgroups);
  Dispatcher dispatcher;
  AddStatsRpcs(dispatcher, node.world.rooms, statistics);
  cri::ListContainerStatsResponse response;
  auto deadline = SteadyClock::now() + std::chrono::seconds(10);
  do {
    REQUIRE(
        Call(dispatcher, "ListContainerStats", cri::ListContainerStatsRequest(), response).ok());
  } while (!response.stats(0).memory().has_available_bytes() && SteadyClock::now() < deadline);
  for (const cri::ContainerStats& stats : response.stats()) {
    CHECK(stats.memory().available_bytes().value() == 400);
  }
}

}  // namespace
}  // namespace crimux::vm
