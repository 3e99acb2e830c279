// GetContainerEvents: all of them, or none.
#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/proxy/raw_call.h"

namespace crimux {
namespace {

using Messages = std::vector<std::string>;

const char* const kEvents = "/runtime.v1.RuntimeService/GetContainerEvents";

TEST_CASE("the events of all runtimes come as they happen") {
  Node node;
  node.Start();
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    cri->On("GetContainerEvents", {.messages = {Text(1, "one"), Text(1, "two")}, .holds = true});
  }
  RawStream stream(node, kEvents);
  Messages got;
  while (got.size() < 6) {
    auto message = stream.Read();
    REQUIRE(message);
    got.push_back(*message);
  }
  CHECK(std::count(got.begin(), got.end(), Text(1, "one")) == 3);
  CHECK(std::count(got.begin(), got.end(), Text(1, "two")) == 3);
  CHECK(node.Asked() ==
        "main: GetContainerEvents; side: GetContainerEvents; vm: GetContainerEvents");
  // Nothing of our own limits how long it lives.
  CHECK(node.vm.Last("GetContainerEvents")->deadline <
        std::chrono::system_clock::now() + std::chrono::seconds(11));
  stream.context().TryCancel();
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    CHECK(cri->WaitForCancelled("GetContainerEvents"));
  }
}

TEST_CASE("events have no deadline unless the client sets one") {
  Node node;
  node.Start();
  grpc::ClientContext context;
  auto reader = node.runtime->GetContainerEvents(&context, {});
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    REQUIRE(cri->WaitForCall("GetContainerEvents"));
    CHECK(cri->Last("GetContainerEvents")->deadline ==
          std::chrono::system_clock::time_point::max());
  }
  context.TryCancel();
  CHECK(reader->Finish().error_code() == grpc::StatusCode::CANCELLED);
}

TEST_CASE("one runtime without events means Unimplemented, and the others are called off") {
  Node node;
  node.Start();
  size_t round = 0;
  for (FakeCri* lacking : {&node.main, &node.side, &node.vm}) {
    ++round;
    for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
      cri->On("GetContainerEvents", {.holds = true});
    }
    lacking->On("GetContainerEvents", [&](const FakeCall&) -> FakeAnswer {
      for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
        cri->WaitForCall("GetContainerEvents", round);
      }
      return {.status = {grpc::StatusCode::UNIMPLEMENTED, "unknown method"}};
    });
    Messages got;
    auto status = StreamBytes(node, kEvents, "", &got);
    CHECK(status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
    CHECK(status.error_message().find("sends no events: unknown method") != std::string::npos);
  }
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    CHECK(cri->WaitForCancelled("GetContainerEvents", 2));
  }
}

TEST_CASE("a runtime that ends or fails its events ends the stream, Unavailable, and is named") {
  Node node;
  node.Start();
  for (const grpc::Status& end :
       {grpc::Status::OK, grpc::Status(grpc::StatusCode::INTERNAL, "broken"),
        grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "no more")}) {
    node.side.On("GetContainerEvents", {.status = end, .messages = {Text(1, "last")}});
    Messages got;
    auto status = StreamBytes(node, kEvents, "", &got);
    CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
    CHECK(status.error_message().find("runtime \"side\" ended its events") == 0);
    CHECK(got == Messages{Text(1, "last")});
  }
}

TEST_CASE("a runtime that dies ends the events, Unavailable, and is named") {
  Node node;
  node.Start();
  node.side.On("GetContainerEvents", {.messages = {Text(1, "x")}, .holds = true});
  RawStream stream(node, kEvents);
  REQUIRE(stream.Read());
  node.side_server.reset();
  CHECK_FALSE(stream.Read());
  auto status = stream.Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message().find("runtime \"side\"") == 0);
}

TEST_CASE("a stop ends the events at once, and says so") {
  Node node;
  node.config.drain_timeout = std::chrono::minutes(10);
  node.Start();
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    cri->On("GetContainerEvents", {.messages = {Text(1, "x")}, .holds = true});
  }
  RawStream stream(node, kEvents);
  for (int i = 0; i < 3; ++i) REQUIRE(stream.Read());
  node.StopProxy();
  CHECK_FALSE(stream.Read());
  grpc::Status status = stream.Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message() == "crimux is stopping");
}

TEST_CASE("events that nobody reads stay with their runtimes") {
  Node node;
  node.Start();
  FakeAnswer many{.messages = Messages(40, std::string(300'000, 'x')), .holds = true};
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    cri->On("GetContainerEvents", many);
    cri->On("StreamImages", {.messages = many.messages});
  }
  RawStream slow(node, kEvents);
  REQUIRE(slow.Read());
  // Another client takes as much meanwhile, so there was time enough to read on.
  Messages got;
  REQUIRE(StreamBytes(node, "/runtime.v1.ImageService/StreamImages", "", &got).ok());
  CHECK(got.size() == 120);
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    CHECK(cri->Written("GetContainerEvents") < 15);
  }
}

}  // namespace
}  // namespace crimux
