// Lists as streams while runtimes are away, slow, or others.
#include <catch2/catch.hpp>

#include "tests/proxy/raw_call.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using Messages = std::vector<std::string>;

const char* const kContainers = "/runtime.v1.RuntimeService/StreamContainers";

TEST_CASE("a runtime that was replaced is asked for its stream again") {
  Node node;
  node.Start();
  node.side.On("StreamContainers",
               FakeAnswer{.status = {grpc::StatusCode::UNIMPLEMENTED, "unknown method"}});
  Messages got;
  REQUIRE(StreamBytes(node, kContainers, "", &got).ok());
  node.side_server.reset();
  node.side.Unscript();
  node.side.AddContainer("cs", "ss");
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  CHECK(Eventually([&] {
    node.Asked();
    got.clear();
    return StreamBytes(node, kContainers, "", &got).ok() &&
           node.Asked().find("side: StreamContainers") != std::string::npos;
  }));
  REQUIRE(got.size() == 1);
  CHECK(got[0].find("cs") != std::string::npos);
}

TEST_CASE("a runtime that is away has its last known list in the stream, also from a stream") {
  Node node;
  node.side.AddContainer("cs", "ss");
  node.vm.AddContainer("cv", "sv");
  node.Start();
  Messages before;
  REQUIRE(StreamBytes(node, kContainers, "", &before).ok());
  node.side_server.reset();
  Messages got;
  CHECK(StreamBytes(node, kContainers, "", &got).error_message() == "");
  CHECK(Joined(got) == Joined(before));
  cri::StreamContainersRequest filtered;
  filtered.mutable_filter()->set_id("cs");
  got.clear();
  CHECK(StreamBytes(node, kContainers, filtered.SerializeAsString(), &got).ok());
  CHECK(got == Messages{before[0]});
}

TEST_CASE("a runtime that is away fails the stream, Unavailable, where nothing may stand in") {
  Node node;
  node.config.runtimes[1].last_known_for = std::chrono::milliseconds(0);
  node.Start();
  node.side_server.reset();
  Messages got;
  auto status = StreamBytes(node, kContainers, "", &got);
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message().find("runtime \"side\" at unix://") == 0);
}

TEST_CASE("a runtime that dies in the middle of its stream fails it, and is named") {
  Node node;
  node.side.AddContainer("cs", "ss");
  node.Start();
  Messages got;
  REQUIRE(StreamBytes(node, kContainers, "", &got).ok());
  node.side.On("StreamContainers", {.messages = {Text(1, "x")}, .holds = true});
  RawStream stream(node, kContainers);
  CHECK(stream.Read() == Text(1, "x"));
  node.side_server.reset();
  CHECK_FALSE(stream.Read());
  auto status = stream.Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message().find("runtime \"side\" at unix://") == 0);
}

TEST_CASE("a slow runtime's last known list is in the stream until it answers again") {
  Node node;
  node.config.runtimes[1].list_timeout = std::chrono::milliseconds(200);
  node.side.AddContainer("cs", "ss");
  node.Start();
  Messages before;
  REQUIRE(StreamBytes(node, kContainers, "", &before).ok());
  node.side.On("StreamContainers", {.holds = true});
  node.side.On("ListContainers", {.holds = true});
  Messages got;
  CHECK(StreamBytes(node, kContainers, "", &got).error_message() == "");
  CHECK(got == before);
  CHECK(node.side.WaitForCall("ListContainers"));
  CHECK(node.Status("/runtimes").find(R"("state":"slow")") != std::string::npos);
  node.Asked();
  got.clear();
  CHECK(StreamBytes(node, kContainers, "", &got).ok());
  CHECK(got == before);
  CHECK(node.Asked() == "main: StreamContainers; vm: StreamContainers");
  // The connection breaks, so what it was asked is answered.
  node.side_server.reset();
  node.side.Unscript();
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  CHECK(Eventually([&] {
    got.clear();
    return StreamBytes(node, kContainers, "", &got).ok() &&
           node.Asked().find("side: StreamContainers") != std::string::npos;
  }));
  CHECK(got == before);
}

TEST_CASE("stats of a runtime that is away are left out of the stream, but not everybody's") {
  Node node;
  node.Start();
  const std::string path = "/runtime.v1.RuntimeService/StreamPodSandboxStats";
  node.main.On("StreamPodSandboxStats", {.messages = {Text(1, "m")}});
  node.side_server.reset();
  Messages got;
  CHECK(StreamBytes(node, path, "", &got).error_message() == "");
  CHECK(got == Messages{Text(1, "m")});
  node.main_server.reset();
  node.vm.On("StreamPodSandboxStats", {.status = {grpc::StatusCode::UNAVAILABLE, "busy"}});
  CHECK(StreamBytes(node, path, "", &got).error_code() == grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace crimux
