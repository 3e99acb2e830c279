#include "vmruntime/stats/guest_file_systems.h"

#include <future>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

using std::chrono::milliseconds;

constexpr char kAnswer[] = R"({"return": [
  {"name": "vda1", "mountpoint": "/", "type": "ext4", "used-bytes": 300, "total-bytes": 1000,
   "disk": [{"bus-type": "virtio", "bus": 0, "target": 0, "unit": 0}]},
  {"name": "sr0", "mountpoint": "/media", "type": "iso9660", "disk": []}]})";

TEST_CASE("file systems are as the agent tells them; without sizes they tell nothing") {
  auto file_systems = ParseFileSystems(kAnswer);
  REQUIRE(file_systems.size() == 1);
  CHECK(file_systems[0].device == "vda1");
  CHECK(file_systems[0].mount_point == "/");
  CHECK(file_systems[0].type == "ext4");
  CHECK(file_systems[0].size == 1000);
  CHECK(file_systems[0].used == 300);
}

TEST_CASE("odd answers of a guest are refused, and what is odd in a list is left out") {
  for (const char* odd : {"", "{", "[]", R"({"return": {}})", R"({"error": {}})",
                          "{\"return\": [{\"name\": \"\xff\"}]}"}) {
    CHECK_THROWS_AS(ParseFileSystems(odd), Error);
  }
  CHECK(ParseFileSystems(R"({"return": [1, {}, {"total-bytes": -1}, {"total-bytes": "9"},
    {"total-bytes": 1e300}]})")
            .empty());
  std::string many = R"({"return": [)";
  for (int i = 0; i < 1000; ++i) many += R"({"total-bytes": 1},)";
  many.back() = ']';
  CHECK(ParseFileSystems(many + "}").size() == 64);
}

// What is known of the machine once it has something to say.
std::vector<GuestFileSystem> Awaited(GuestFileSystems& guests, const std::string& machine,
                                     uint64_t used) {
  for (int i = 0; i < 1000; ++i) {
    auto latest = guests.Latest({machine});
    if (latest.contains(machine) && latest[machine].at(0).used == used) return latest[machine];
    std::this_thread::sleep_for(milliseconds(10));
  }
  return {};
}

TEST_CASE("guests are asked beside the caller, and no more often than the period says") {
  std::atomic<int> asked = 0;
  GuestFileSystems guests([&](const std::string&) {
    ++asked;
    return std::string(kAnswer);
  });
  CHECK(guests.Latest({"a"}).empty());
  CHECK(Awaited(guests, "a", 300).size() == 1);
  for (int i = 0; i < 100; ++i) guests.Latest({"a"});
  CHECK(asked == 1);
}

TEST_CASE("what a guest says anew takes the place of what it said, and what is old is forgotten") {
  std::atomic<int> used = 1;
  std::atomic<bool> is_silent = false;
  GuestFileSystems guests(
      [&](const std::string& machine) {
        if (is_silent) throw Error(grpc::StatusCode::UNAVAILABLE, "ask", machine, "no agent");
        return R"({"return": [{"total-bytes": 9, "used-bytes": )" + std::to_string(used) + "}]}";
      },
      milliseconds(20));
  CHECK(Awaited(guests, "a", 1).size() == 1);
  used = 2;
  CHECK(Awaited(guests, "a", 2).size() == 1);
  is_silent = true;
  auto is_forgotten = [&] { return guests.Latest({"a"}).empty(); };
  for (int i = 0; i < 1000 && !is_forgotten(); ++i) {
    std::this_thread::sleep_for(milliseconds(10));
  }
  CHECK(is_forgotten());
}

TEST_CASE("a guest that hangs keeps nobody waiting, and machines that have gone are forgotten") {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  GuestFileSystems guests([&](const std::string& machine) {
    if (machine == "hangs") released.wait();
    return std::string(kAnswer);
  });
  CHECK(guests.Latest({"hangs", "a"}).empty());
  CHECK(guests.Latest({"hangs", "a"}).empty());
  release.set_value();
  CHECK(Awaited(guests, "a", 300).size() == 1);
  CHECK(guests.Latest({}).empty());
  // Nothing is left of it.
  CHECK(guests.Latest({"a"}).empty());
}

}  // namespace
}  // namespace crimux::vm
