#include "vmruntime/pod/switch_patience.h"

#include <condition_variable>
#include <mutex>

#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using grpc::StatusCode;
using std::chrono::hours;
using std::chrono::milliseconds;

// Its machines come up only when they are ended, as QEMU without a switch, and fail then.
class WaitingHypervisor : public FakeHypervisor {
 public:
  void StartPaused(const std::string& name) override {
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return is_ended_; });
    throw Error(StatusCode::INTERNAL, "start machine", name, "QEMU has gone");
  }
  void Destroy(const std::string&) override {
    std::lock_guard lock(mutex_);
    is_ended_ = true;
    ended_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_ended_ = false;  // guarded by mutex_
};

TEST_CASE("a machine whose switch never answers is ended, and the socket is named") {
  auto start = [] {
    WaitingHypervisor hypervisor;
    StartWithSwitches(hypervisor, "m", {"/run/switch/p1", "/run/switch/p2"}, milliseconds(1));
  };
  CHECK_THROWS_WITH(start(), Contains("\"m\": within 1 ms no switch has answered") &&
                                 Contains("/run/switch/p1 or /run/switch/p2"));
  CHECK(CodeOf(start) == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("a machine that comes up, or fails by itself, is not waited for") {
  FakeHypervisor hypervisor;
  hypervisor.Define({.name = "m"});
  StartWithSwitches(hypervisor, "m", {"/run/switch/p1"}, hours(1));
  CHECK(hypervisor.State("m")->running);
  hypervisor.fail_start = true;
  CHECK(CodeOf([&] { StartWithSwitches(hypervisor, "m", {"/run/switch/p1"}, hours(1)); }) ==
        StatusCode::INTERNAL);
}

}  // namespace
}  // namespace crimux::vm
