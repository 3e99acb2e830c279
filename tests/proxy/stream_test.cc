// Lists as streams: merged, in order, out of unary lists where a runtime has no streams.
#include <future>

#include <catch2/catch.hpp>

#include "proxy/dispatch/list_chunks.h"
#include "proxy/method_table.h"
#include "tests/proxy/raw_call.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using Messages = std::vector<std::string>;

const char* const kStream = "/runtime.v1.RuntimeService/StreamContainers";

std::vector<const proxy::Method*> ListStreams() {
  std::vector<const proxy::Method*> found;
  for (const proxy::Method& method : proxy::Methods()) {
    if (method.dispatch == proxy::Dispatch::kMergedStream) found.push_back(&method);
  }
  REQUIRE(found.size() == 6);
  return found;
}

void OnAll(Node& node, const std::string& method, const FakeAnswer& answer) {
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) cri->On(method, answer);
}

const FakeAnswer kUnimplemented = {.status = {grpc::StatusCode::UNIMPLEMENTED, "unknown method"}};

// A serialized list of containers, each of about that size.
std::string Containers(int count, size_t bytes) {
  cri::ListContainersResponse list;
  for (int i = 0; i < count; ++i) {
    auto* container = list.add_containers();
    container->set_id("c" + std::to_string(i));
    container->set_image_ref(std::string(bytes, 'x'));
  }
  return list.SerializeAsString();
}

TEST_CASE("the streams of all runtimes are one, in the order of the config, message by message") {
  Node node;
  node.Start();
  for (const proxy::Method* method : ListStreams()) {
    std::string name(method->name);
    INFO(name);
    node.main.On(
        name, {.messages = {Text(1, "m1"), Text(1, "m2")}, .delay = std::chrono::milliseconds(50)});
    node.side.On(name, {.messages = {Text(1, "s1")}});
    node.vm.On(name, {.messages = {Text(1, "v1"), Text(1, "v2")}});
    Messages got;
    auto status = StreamBytes(node, method->path, "", &got);
    CHECK(status.error_message() == "");
    CHECK(got ==
          Messages{Text(1, "m1"), Text(1, "m2"), Text(1, "s1"), Text(1, "v1"), Text(1, "v2")});
    CHECK(node.Asked() == "main: " + name + "; side: " + name + "; vm: " + name);
  }
}

TEST_CASE("a runtime without a stream is asked for its list, and the next time for that alone") {
  Node node;
  node.Start();
  for (const proxy::Method* method : ListStreams()) {
    std::string name(method->name);
    std::string list(method->traits.unary);
    INFO(name);
    for (FakeCri* lacking : {&node.side, &node.vm}) {
      lacking->On(name, kUnimplemented);
      lacking->On(list, {.messages = {Text(1, "x") + Text(1, "y")}});
    }
    node.main.On(name, {.messages = {Text(1, "m")}});
    Messages got;
    CHECK(StreamBytes(node, method->path, "", &got).error_message() == "");
    CHECK(Joined(got) == Text(1, "m") + Text(1, "x") + Text(1, "y") + Text(1, "x") + Text(1, "y"));
    CHECK(node.Asked() == "main: " + name + "; side: " + name + "; side: " + list +
                              "; vm: " + name + "; vm: " + list);
    got.clear();
    CHECK(StreamBytes(node, method->path, "", &got).ok());
    CHECK(node.Asked() == "main: " + name + "; side: " + list + "; vm: " + list);
  }
}

TEST_CASE("a unary list is cut into chunks between its items") {
  Node node;
  node.Start();
  OnAll(node, "StreamContainers", kUnimplemented);
  std::string list = Containers(50, 100'000);
  node.main.On("ListContainers", {.messages = {list}});
  Messages got;
  REQUIRE(StreamBytes(node, kStream, "", &got).ok());
  bool same = Joined(got) == list;
  CHECK(same);
  CHECK(got.size() == 5);
  for (const std::string& message : got) {
    CHECK(message.size() < proxy::ListChunks::kSize + 101'000);
    cri::StreamContainersResponse response;
    REQUIRE(response.ParseFromString(message));
    for (const auto& container : response.containers())
      CHECK(container.image_ref().size() == 100'000);
  }
}

TEST_CASE("chunks keep the bytes, whatever they are") {
  auto chunks_of = [](const std::string& bytes) {
    Messages messages;
    proxy::ListChunks chunks(BufferOf(bytes));
    while (auto chunk = chunks.Next()) messages.push_back(BytesOf(*chunk));
    return messages;
  };
  CHECK(chunks_of("").empty());
  CHECK(chunks_of(Text(1, "a")) == Messages{Text(1, "a")});
  CHECK(chunks_of(Text(1, "a") + "\xff\xff") == Messages{Text(1, "a") + "\xff\xff"});
  std::string large = Containers(3, 2 << 20);
  CHECK(chunks_of(large).size() == 3);
  bool same = Joined(chunks_of(large)) == large;
  CHECK(same);
  std::string broken = large.substr(0, large.size() - 5);
  same = Joined(chunks_of(broken)) == broken;
  CHECK(same);
}

TEST_CASE("a list of 40 MiB passes as a stream") {
  Node node;
  node.Start();
  node.vm.On("StreamContainers", kUnimplemented);
  std::string part = Containers(10, 1 << 20);
  node.main.On("StreamContainers", {.messages = {part, part}});
  node.side.On("StreamContainers", {.messages = {part}});
  node.vm.On("ListContainers", {.messages = {part}});
  Messages got;
  REQUIRE(StreamBytes(node, kStream, "", &got).ok());
  // Not for Catch to print.
  bool same = Joined(got) == part + part + part + part;
  CHECK(same);
}

TEST_CASE("a filter by a known id or sandbox asks the owner alone, a contradictory one nobody") {
  Node node;
  node.main.AddSandbox("sm");
  node.side.AddSandbox("ss");
  node.side.AddContainer("cs", "ss");
  node.Start();
  Messages all;
  // The streams teach who owns what.
  REQUIRE(StreamBytes(node, kStream, "", &all).ok());
  REQUIRE(StreamBytes(node, "/runtime.v1.RuntimeService/StreamPodSandboxes", "", &all).ok());
  CHECK(all.size() == 3);
  node.Asked();
  auto stream = [&](const std::string& id, const std::string& sandbox) {
    cri::StreamContainersRequest request;
    request.mutable_filter()->set_id(id);
    request.mutable_filter()->set_pod_sandbox_id(sandbox);
    Messages got;
    CHECK(StreamBytes(node, kStream, request.SerializeAsString(), &got).ok());
    return got.size();
  };
  CHECK(stream("cs", "") == 1);
  CHECK(node.Asked() == "side: StreamContainers");
  CHECK(stream("", "sm") == 0);
  CHECK(node.Asked() == "main: StreamContainers");
  CHECK(stream("cs", "sm") == 0);
  CHECK(node.Asked().empty());
}

TEST_CASE("a stream teaches which images are where, also out of a unary list") {
  Node node;
  std::string id = "sha256:" + std::string(64, 'b');
  std::string other = "sha256:" + std::string(64, 'c');
  node.side.AddImage(id, "side.example/x");
  node.vm.AddImage(other, "vm.crimux.io/y");
  node.vm.On("StreamImages", kUnimplemented);
  node.Start();
  Messages got;
  REQUIRE(StreamBytes(node, "/runtime.v1.ImageService/StreamImages", "", &got).ok());
  node.Asked();
  for (const std::string& wanted : {id, other}) {
    Context context;
    cri::ImageStatusRequest request;
    request.mutable_image()->set_image(wanted);
    cri::ImageStatusResponse response;
    CHECK(node.image->ImageStatus(&context, request, &response).ok());
    CHECK(response.image().id() == wanted);
  }
  CHECK(node.Asked() == "side: ImageStatus; vm: ImageStatus");
}

TEST_CASE("a runtime that fails ends the stream with its status") {
  Node node;
  node.Start();
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    node.main.Unscript();
    node.side.Unscript();
    node.vm.Unscript();
    cri->On("StreamContainers",
            {.status = {grpc::StatusCode::ABORTED, "mine"}, .messages = {Text(1, "x")}});
    Messages got;
    auto status = StreamBytes(node, kStream, "", &got);
    CHECK(status.error_code() == grpc::StatusCode::ABORTED);
    CHECK(status.error_message() == "mine");
  }
  // UNIMPLEMENTED in the middle of a stream is a failure like any other.
  node.vm.On("StreamContainers", {.status = kUnimplemented.status, .messages = {Text(1, "x")}});
  Messages got;
  CHECK(StreamBytes(node, kStream, "", &got).error_code() == grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE(
    "metrics of runtimes that have none are left out, and Unimplemented when nobody has any") {
  Node node;
  node.Start();
  const std::string path = "/runtime.v1.RuntimeService/StreamPodSandboxMetrics";
  node.main.On("StreamPodSandboxMetrics", kUnimplemented);
  node.main.On("ListPodSandboxMetrics", kUnimplemented);
  node.side.On("StreamPodSandboxMetrics", {.messages = {Text(1, "s")}});
  Messages got;
  CHECK(StreamBytes(node, path, "", &got).ok());
  CHECK(got == Messages{Text(1, "s")});
  OnAll(node, "StreamPodSandboxMetrics", kUnimplemented);
  OnAll(node, "ListPodSandboxMetrics", kUnimplemented);
  got.clear();
  CHECK(StreamBytes(node, path, "", &got).error_code() == grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("a client that gives up a stream, or whose deadline passes, cancels it everywhere") {
  Node node;
  node.Start();
  for (bool by_deadline : {false, true}) {
    OnAll(node, "StreamContainers", {.messages = {Text(1, "x")}, .holds = true});
    RawStream stream(node, kStream, "", std::chrono::seconds(by_deadline ? 2 : 10));
    CHECK(stream.Read() == Text(1, "x"));
    for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
      CHECK(cri->WaitForCall("StreamContainers", by_deadline ? 2 : 1));
    }
    if (!by_deadline) stream.context().TryCancel();
    CHECK_FALSE(stream.Read());
    CHECK(stream.Finish().error_code() ==
          (by_deadline ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::CANCELLED));
    for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
      CHECK(cri->WaitForCancelled("StreamContainers", by_deadline ? 2 : 1));
    }
  }
}

TEST_CASE("a runtime is read no further than the client reads") {
  Node node;
  node.Start();
  constexpr size_t kMany = 40;
  FakeAnswer large{.messages = Messages(kMany, Containers(1, 300'000))};
  OnAll(node, "StreamContainers", large);
  OnAll(node, "StreamImages", large);
  RawStream slow(node, kStream);
  REQUIRE(slow.Read());
  // Another client takes as much meanwhile, so there was time enough to read on.
  Messages got;
  REQUIRE(StreamBytes(node, "/runtime.v1.ImageService/StreamImages", "", &got).ok());
  CHECK(got.size() == 3 * kMany);
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    CHECK(cri->Written("StreamContainers") < 15);
  }
  Messages rest;
  CHECK(slow.ReadAll(&rest).ok());
  CHECK(rest.size() == 3 * kMany - 1);
}

TEST_CASE("a stop ends streams that nobody reads") {
  Node node;
  node.config.drain_timeout = std::chrono::milliseconds(100);
  node.Start();
  OnAll(node, "StreamContainers", {.messages = Messages(20, Containers(1, 1 << 20))});
  RawStream slow(node, kStream);
  REQUIRE(slow.Read());
  node.StopProxy();
  Messages rest;
  CHECK_FALSE(slow.ReadAll(&rest).ok());
}

}  // namespace
}  // namespace crimux
