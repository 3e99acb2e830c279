// What the call book keeps, with a clock of the test's own.
#include "proxy/front/call_book.h"

#include <catch2/catch.hpp>

namespace crimux::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

class Desk {
 public:
  void Call(const char* method, const char* runtime, grpc::StatusCode code, milliseconds duration) {
    OpenCall call;
    book.Begin(call, method == nullptr ? nullptr : &MethodNamed(method), now);
    if (runtime != nullptr) book.SetRuntime(call, runtime);
    now += duration;
    book.End(call, code, now);
  }

  const CallStats* Stats(std::string_view method, std::string_view runtime) const {
    const CallStats* found = nullptr;
    book.ForEach([&](std::string_view m, const std::string& r, const CallStats& stats) {
      if (m == method && r == runtime) found = &stats;
    });
    return found;
  }

  CallBook book;
  CallBook::Moment now{seconds(1000)};
};

TEST_CASE("the book counts by method, runtime and code") {
  Desk desk;
  desk.Call("ContainerStatus", "vm", grpc::StatusCode::OK, milliseconds(1));
  desk.Call("ContainerStatus", "vm", grpc::StatusCode::NOT_FOUND, milliseconds(1));
  desk.Call("ContainerStatus", "main", grpc::StatusCode::OK, milliseconds(1));
  REQUIRE(desk.Stats("ContainerStatus", "vm") != nullptr);
  CHECK(desk.Stats("ContainerStatus", "vm")->calls() == 2);
  CHECK(desk.Stats("ContainerStatus", "vm")->Count(grpc::StatusCode::NOT_FOUND) == 1);
  CHECK(desk.Stats("ContainerStatus", "main")->Count(grpc::StatusCode::OK) == 1);
  CHECK(desk.Stats("ContainerStatus", "") == nullptr);
}

TEST_CASE("a call for all runtimes is booked as \"*\", one that reached none without a name") {
  Desk desk;
  desk.Call("ListContainers", nullptr, grpc::StatusCode::OK, milliseconds(1));
  desk.Call("StopContainer", nullptr, grpc::StatusCode::UNAVAILABLE, milliseconds(1));
  desk.Call(nullptr, nullptr, grpc::StatusCode::UNIMPLEMENTED, milliseconds(1));
  CHECK(desk.Stats("ListContainers", "*") != nullptr);
  CHECK(desk.Stats("StopContainer", "") != nullptr);
  CHECK(desk.Stats("unknown", "") != nullptr);
}

TEST_CASE("a code that gRPC does not have counts as Unknown") {
  Desk desk;
  desk.Call("Version", "main", static_cast<grpc::StatusCode>(99), milliseconds(1));
  CHECK(desk.Stats("Version", "main")->Count(grpc::StatusCode::UNKNOWN) == 1);
}

TEST_CASE("calls in flight are listed, the oldest first, until they end") {
  Desk desk;
  OpenCall first;
  desk.book.Begin(first, &MethodNamed("Version"), desk.now);
  {
    OpenCall second;
    desk.book.Begin(second, nullptr, desk.now + seconds(1));
    REQUIRE(std::distance(desk.book.open().begin(), desk.book.open().end()) == 2);
    CHECK(desk.book.open().front().method->name == "Version");
    CHECK(desk.book.in_flight() == 2);
    desk.book.End(second, grpc::StatusCode::UNIMPLEMENTED, desk.now + seconds(2));
  }
  desk.book.End(first, grpc::StatusCode::OK, desk.now + seconds(3));
  CHECK(desk.book.open().empty());
  CHECK(desk.book.in_flight() == 0);
}

TEST_CASE("the latest failures are kept, the newest first, and no more than fit") {
  Desk desk;
  for (int i = 0; i < 1000; ++i) {
    desk.Call("StopContainer", "vm", grpc::StatusCode::INTERNAL, milliseconds(i));
    desk.Call("StopContainer", "vm", grpc::StatusCode::OK, milliseconds(1));
  }
  auto failed = desk.book.Failed();
  REQUIRE(failed.size() == 64);
  CHECK(failed.front().duration == milliseconds(999));
  CHECK(failed.back().duration == milliseconds(936));
  CHECK(failed.front().code == grpc::StatusCode::INTERNAL);
  CHECK(desk.book.RuntimeName(failed.front().runtime) == "vm");
}

TEST_CASE("the slowest calls of the last hour are kept, the slowest first") {
  Desk desk;
  for (int i = 1; i <= 100; ++i) {
    desk.Call("PullImage", "main", grpc::StatusCode::OK, milliseconds(i));
  }
  auto slowest = desk.book.Slowest(desk.now);
  REQUIRE(slowest.size() == 32);
  CHECK(slowest.front().duration == milliseconds(100));
  CHECK(slowest.back().duration == milliseconds(69));
  desk.now += minutes(59);
  CHECK(desk.book.Slowest(desk.now).size() == 32);
  desk.now += minutes(2);
  CHECK(desk.book.Slowest(desk.now).empty());
  desk.Call("Version", "main", grpc::StatusCode::OK, milliseconds(2));
  REQUIRE(desk.book.Slowest(desk.now).size() == 1);
  CHECK(desk.book.Slowest(desk.now).front().duration == milliseconds(2));
}

TEST_CASE("an events stream is never among the slowest") {
  Desk desk;
  desk.Call("GetContainerEvents", nullptr, grpc::StatusCode::CANCELLED, seconds(600));
  CHECK(desk.book.Slowest(desk.now).empty());
  CHECK(desk.book.Failed().size() == 1);
}

TEST_CASE("durations fall into buckets, and quantiles are estimated from them") {
  Desk desk;
  for (int i = 0; i < 90; ++i) desk.Call("Version", "main", {}, milliseconds(4));
  for (int i = 0; i < 10; ++i) desk.Call("Version", "main", {}, milliseconds(400));
  desk.Call("Version", "main", {}, seconds(300));
  const CallStats& stats = *desk.Stats("Version", "main");
  CHECK(CallStats::Bounds()[4] == milliseconds(5));
  CHECK(stats.buckets()[4] == 90);
  CHECK(stats.buckets().back() == 1);
  CHECK(stats.total() == seconds(300) + milliseconds(90 * 4 + 10 * 400));
  CHECK(stats.longest() == seconds(300));
  CHECK(stats.Quantile(0.5) > milliseconds(2));
  CHECK(stats.Quantile(0.5) <= milliseconds(5));
  CHECK(stats.Quantile(0.95) > milliseconds(250));
  CHECK(stats.Quantile(0.95) <= milliseconds(500));
  CHECK(stats.Quantile(1) == seconds(300));
  CHECK(CallStats().Quantile(0.5) == seconds(0));
}

TEST_CASE("names of unknown methods are kept up to a bound, the rest counts as other") {
  CallBook book;
  CHECK(book.NoteUnknown("/a/b"));
  CHECK_FALSE(book.NoteUnknown("/a/b"));
  for (int i = 0; i < 1000; ++i) book.NoteUnknown("/a/" + std::to_string(i));
  CHECK(book.unknown().size() <= 65);
  CHECK(book.unknown().at("other") > 900);
}

}  // namespace
}  // namespace crimux::proxy
