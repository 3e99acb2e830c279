// runtime.v1 and runtime.v1alpha2, on either side.
#include <catch2/catch.hpp>

#include "proxy/method_table.h"
#include "tests/proxy/raw_call.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using Messages = std::vector<std::string>;
using proxy::Api;
using proxy::MethodNamed;

const char* const kAlpha = "runtime.v1alpha2";
const char* const kV1 = "runtime.v1";

const std::string& PathOf(const std::string& method, Api client) {
  return MethodNamed(method).PathIn(client);
}

std::string ApiOf(Node& node, const std::string& runtime) {
  std::string status = node.Status("/runtimes");
  size_t at = status.find("\"name\":\"" + runtime + "\"");
  size_t begin = status.find("\"api\":\"", at) + 7;
  return status.substr(begin, status.find('"', begin) - begin);
}

// A node whose runtimes speak what they are told to, with a container on each.
struct Speaking : Node {
  Speaking(const std::string& of_main, const std::string& of_side) {
    main.SpeakOnly(of_main);
    side.SpeakOnly(of_side);
    main.AddContainer("cm", "sm");
    side.AddContainer("cs", "ss");
    vm.AddContainer("cv", "sv");
    Start();
  }
};

void CheckAllCalls(Node& node, Api client) {
  std::string answer;
  auto list = CallBytes(node, PathOf("ListContainers", client), "", &answer);
  CHECK(list.error_message() == "");
  cri::ListContainersResponse containers;
  CHECK(containers.ParseFromString(answer));
  CHECK(containers.containers_size() == 3);

  Messages got;
  auto stream = StreamBytes(node, PathOf("StreamContainers", client), "", &got);
  CHECK(stream.error_message() == "");
  CHECK(got.size() == 3);

  for (const std::string id : {"cm", "cs", "cv"}) {
    auto unary = CallBytes(node, PathOf("ContainerStatus", client), Text(1, id), &answer);
    CHECK(unary.error_message() == "");
    CHECK(answer.find(id) != std::string::npos);
    // The runtime's own refusals pass, too.
    CHECK(CallBytes(node, PathOf("StartContainer", client), Text(1, id), &answer).ok());
  }

  CHECK(CallBytes(node, PathOf("Version", client), "", &answer).ok());
  cri::VersionResponse version;
  CHECK(version.ParseFromString(answer));
  CHECK(version.runtime_name() == "fake-main");
  CHECK(version.runtime_api_version() == (client == Api::kV1 ? "v1" : "v1alpha2"));

  RawStream events(node, PathOf("GetContainerEvents", client));
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    CHECK(cri->WaitForCall("GetContainerEvents"));
  }
}

TEST_CASE("clients and runtimes of either API understand each other in every combination") {
  for (const std::string of_main : {kV1, kAlpha, ""}) {
    for (const std::string of_side : {kV1, kAlpha, ""}) {
      for (Api client : {Api::kV1, Api::kV1Alpha2}) {
        INFO("main speaks '" << of_main << "', side '" << of_side << "', the client "
                             << proxy::PackageOf(client));
        Speaking node(of_main, of_side);
        CheckAllCalls(node, client);
        // One that speaks both is talked to in the newer one.
        CHECK(ApiOf(node, "main") == (of_main == kAlpha ? kAlpha : kV1));
        CHECK(ApiOf(node, "side") == (of_side == kAlpha ? kAlpha : kV1));
        CHECK(node.main.Last("ContainerStatus")->package == (of_main == kAlpha ? kAlpha : kV1));
      }
    }
  }
}

TEST_CASE("the first call of all, of whatever kind, reaches a runtime of the older API") {
  for (const std::string method : {"ListContainers", "Version", "StopContainer"}) {
    INFO(method);
    Node node;
    node.main.SpeakOnly(kAlpha);
    node.main.AddContainer("cm", "sm");
    // The proxy's own question doesn't settle it before.
    node.main.On("Version",
                 {.messages = {Text(2, "slow")}, .delay = std::chrono::milliseconds(50)});
    node.Start();
    std::string answer;
    auto status = CallBytes(node, PathOf(method, Api::kV1), Text(1, ""), &answer);
    if (method != "StopContainer") CHECK(status.error_message() == "");
    Messages got;
    CHECK(StreamBytes(node, PathOf("StreamContainers", Api::kV1), "", &got).ok());
    CHECK(got.size() == 1);
  }
}

TEST_CASE("many calls at once to a runtime of the other API are each executed once") {
  Node node;
  node.main.SpeakOnly(kAlpha);
  node.Start();
  constexpr int kMany = 20;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(node.MakeChannel());
  struct Call {
    Context context;
    grpc::ByteBuffer answer;
    grpc::Status status;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  };
  std::vector<Call> calls(kMany);
  for (Call& call : calls) {
    call.reader = stub.PrepareUnaryCall(&call.context, PathOf("RunPodSandbox", Api::kV1),
                                        BufferOf(""), &queue);
    call.reader->StartCall();
    call.reader->Finish(&call.answer, &call.status, nullptr);
  }
  void* tag = nullptr;
  bool ok = false;
  for (int i = 0; i < kMany; ++i) REQUIRE(queue.Next(&tag, &ok));
  for (const Call& call : calls) CHECK(call.status.error_message() == "");
  auto asked = node.main.TakeAsked();
  CHECK(std::count(asked.begin(), asked.end(), "RunPodSandbox") == kMany);
}

TEST_CASE("a method that a runtime lacks is Unimplemented in its words, and asked once") {
  for (const std::string package : {kV1, kAlpha}) {
    for (Api client : {Api::kV1, Api::kV1Alpha2}) {
      Speaking node(package, kV1);
      const std::string& path = PathOf("RunPodSandbox", client);
      std::string answer;
      REQUIRE(CallBytes(node, PathOf("Version", client), "", &answer).ok());
      node.main.On("RunPodSandbox", {.status = {grpc::StatusCode::UNIMPLEMENTED, "not here"}});
      node.Asked();
      auto status = CallBytes(node, path, "", &answer);
      CHECK(status.error_code() == grpc::StatusCode::UNIMPLEMENTED);
      CHECK(status.error_message() == "not here");
      CHECK(node.Asked() == "main: RunPodSandbox");
      CHECK(ApiOf(node, "main") == package);
    }
  }
}

TEST_CASE("a runtime that speaks neither API says Unimplemented") {
  Speaking node("runtime.v2", kV1);
  std::string answer;
  CHECK(CallBytes(node, PathOf("RunPodSandbox", Api::kV1), "", &answer).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
  CHECK(CallBytes(node, PathOf("Version", Api::kV1), "", &answer).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("a runtime replaced by one of the other API is found, there and back") {
  Speaking node("", kV1);
  std::string answer;
  auto status = [&] {
    return CallBytes(node, PathOf("ContainerStatus", Api::kV1), Text(1, "cs"), &answer);
  };
  REQUIRE(status().ok());
  for (const std::string package : {kAlpha, kV1, kAlpha}) {
    node.side_server.reset();
    node.side.SpeakOnly(package);
    node.side_server.emplace(node.side, node.dir.path() / "side.sock");
    // It comes back without a client's call, and with one.
    CHECK(Eventually([&] { return ApiOf(node, "side") == package; }));
    CHECK(Eventually([&] { return status().ok(); }));
    CHECK(node.side.Last("ContainerStatus")->package == package);
  }
}

TEST_CASE("a runtime that changes its API on a living connection is found by the next call") {
  Speaking node("", kV1);
  std::string answer;
  for (const std::string package : {kAlpha, kV1}) {
    node.side.SpeakOnly(package);
    CHECK(CallBytes(node, PathOf("ListContainers", Api::kV1), "", &answer).error_message() == "");
    CHECK(node.side.Last("ListContainers")->package == package);
    node.side.SpeakOnly(package == kAlpha ? kV1 : kAlpha);
    Messages got;
    CHECK(StreamBytes(node, PathOf("StreamContainers", Api::kV1), "", &got).error_message() == "");
    CHECK(node.side.Last("StreamContainers")->package == (package == kAlpha ? kV1 : kAlpha));
  }
}

TEST_CASE("the search for the other API keeps to the call's deadline") {
  Node node;
  node.main.SpeakOnly("");
  node.Start();
  node.main.On("RunPodSandbox", {.status = {grpc::StatusCode::UNIMPLEMENTED, "no"}});
  node.main.On("Version", {.holds = true});
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(1));
  cri::RunPodSandboxResponse response;
  CHECK(node.runtime->RunPodSandbox(&context, {}, &response).error_code() ==
        grpc::StatusCode::DEADLINE_EXCEEDED);
  CHECK(node.main.WaitForCancelled("Version"));
}

TEST_CASE("Version tells the names of the config, and the rest as it is") {
  Node node;
  node.config.runtime_name = "crimux";
  node.Start();
  std::string answer;
  REQUIRE(CallBytes(node, PathOf("Version", Api::kV1Alpha2), "", &answer).ok());
  cri::VersionResponse version;
  REQUIRE(version.ParseFromString(answer));
  CHECK(version.version() == "0.1.0");
  CHECK(version.runtime_name() == "crimux");
  CHECK(version.runtime_version() == "1.0");
  CHECK(version.runtime_api_version() == "v1alpha2");
  node.StopProxy();
  node.config.runtime_name = "";
  node.config.runtime_version = "9.9";
  node.StartProxy();
  REQUIRE(CallBytes(node, PathOf("Version", Api::kV1), "", &answer).ok());
  REQUIRE(version.ParseFromString(answer));
  CHECK(version.runtime_name() == "fake-main");
  CHECK(version.runtime_version() == "9.9");
  CHECK(version.runtime_api_version() == "v1");
}

TEST_CASE("a Version with nothing to change passes byte for byte, and so does its failure") {
  Node node;
  node.Start();
  std::string odd = Text(4, "v0") + Text(3, "x") + Text(15, "unknown field");
  node.main.On("Version", {.messages = {odd}});
  std::string answer;
  REQUIRE(CallBytes(node, PathOf("Version", Api::kV1), "", &answer).ok());
  CHECK(answer == odd);
  node.main.On("Version", {.status = {grpc::StatusCode::INTERNAL, "own words", "details"}});
  auto status = CallBytes(node, PathOf("Version", Api::kV1Alpha2), "", &answer);
  CHECK(status.error_code() == grpc::StatusCode::INTERNAL);
  CHECK(status.error_message() == "own words");
  CHECK(status.error_details() == "details");
}

TEST_CASE("a runtime's own Unavailable passes verbatim, a lost connection names the runtime") {
  Speaking node("", kV1);
  std::string answer;
  const std::string& path = PathOf("ContainerStatus", Api::kV1);
  REQUIRE(CallBytes(node, path, Text(1, "cs"), &answer).ok());
  node.side.On("ContainerStatus", {.status = {grpc::StatusCode::UNAVAILABLE, "own words"}});
  CHECK(CallBytes(node, path, Text(1, "cs"), &answer).error_message() == "own words");
}

}  // namespace
}  // namespace crimux
