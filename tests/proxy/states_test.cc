// Every RPC of the table, by how it is dispatched, in every state of one of three runtimes: what is
// answered, and who was asked.
#include <catch2/catch.hpp>

#include "proxy/method_table.h"
#include "runtime/v1/api.pb.h"
#include "tests/proxy/raw_call.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using proxy::Away;
using proxy::Dispatch;
using proxy::Method;
using std::chrono::milliseconds;

const std::string kImageId = "sha256:" + std::string(64, 'b');

// One object of each kind on each runtime; what is called below is the one on "side".
struct ListedNode : Node {
  explicit ListedNode(milliseconds list_timeout = std::chrono::seconds(10)) {
    for (auto& each : config.runtimes) each.list_timeout = list_timeout;
    main.AddSandbox("sm");
    side.AddSandbox("ss");
    vm.AddSandbox("sv");
    main.AddContainer("cm", "sm");
    side.AddContainer("cs", "ss");
    vm.AddContainer("cv", "sv");
    side.AddImage(kImageId, "side.example/app:1");
    Start();
    Relist();
  }

  // All ids are known, and all complete lists; a journal that begins here.
  void Relist() {
    std::string ignored;
    for (const Method& method : proxy::Methods()) {
      if (method.dispatch == Dispatch::kMerged) CallBytes(*this, method.path, "", &ignored);
    }
    Asked();
  }

  void WaitFor(const std::string& state) {
    REQUIRE(Eventually([&] {
      return Status("/status").find(R"("state":")" + state + R"(")") != std::string::npos;
    }));
  }
};

// The request that concerns what "side" has.
std::string RequestFor(const Method& method) {
  switch (method.dispatch) {
    case Dispatch::kSandbox:
      return Text(1, "ss");
    case Dispatch::kContainer:
      return Text(1, "cs");
    case Dispatch::kImage: {
      cri::ImageStatusRequest request;
      bool pulls = method.traits.creates != proxy::Object::kNone;
      request.mutable_image()->set_image(pulls ? "side.example/app:1" : kImageId);
      return request.SerializeAsString();
    }
    case Dispatch::kNewSandbox: {
      cri::RunPodSandboxRequest request;
      (*request.mutable_config()->mutable_labels())["tier"] = "side";
      return request.SerializeAsString();
    }
    default:
      return "";
  }
}

bool IsStream(const Method& method) {
  return method.dispatch == Dispatch::kMergedStream || method.dispatch == Dispatch::kEvents;
}

// Events have tests of their own: they don't end.
std::vector<Method> CallableMethods() {
  std::vector<Method> methods;
  for (const Method& method : proxy::Methods()) {
    if (method.dispatch != Dispatch::kEvents) methods.push_back(method);
  }
  return methods;
}

grpc::Status Call(Node& node, const Method& method, std::string* answer) {
  if (!IsStream(method)) return CallBytes(node, method.path, RequestFor(method), answer);
  std::vector<std::string> messages;
  grpc::Status status = StreamBytes(node, method.path, RequestFor(method), &messages);
  for (const std::string& message : messages) *answer += message;
  return status;
}

enum class Side { kUp, kDown };

// Who is asked, in the order of Node::Asked.
std::string Asked(const Method& method, Side side) {
  std::string name(method.name);
  std::string to_side = side == Side::kUp ? "side: " + name : "";
  switch (method.dispatch) {
    case Dispatch::kNewSandbox:
    case Dispatch::kSandbox:
    case Dispatch::kContainer:
    case Dispatch::kImage:
      return to_side;
    case Dispatch::kMerged:
    case Dispatch::kMergedStream:
    case Dispatch::kAll:
    case Dispatch::kStatus:
      return "main: " + name + "; " + (to_side.empty() ? "" : to_side + "; ") + "vm: " + name;
    default:
      return "main: " + name;
  }
}

bool NeedsSide(const Method& method) {
  switch (method.dispatch) {
    case Dispatch::kNewSandbox:
    case Dispatch::kSandbox:
    case Dispatch::kContainer:
    case Dispatch::kImage:
    case Dispatch::kAll:
      return true;
    default:
      return false;
  }
}

void CheckUp(ListedNode& node, const Method& method) {
  INFO(method.name);
  node.Relist();
  std::string answer;
  grpc::Status status = Call(node, method, &answer);
  CHECK(status.error_message() == "");
  CHECK(status.ok());
  // Version is hidden from the journal, as crimux asks it by itself.
  if (method.name != "Version") CHECK(node.Asked() == Asked(method, Side::kUp));
}

TEST_CASE("every RPC while all runtimes are up, and again once one is back") {
  ListedNode node;
  for (const Method& method : proxy::Methods()) {
    if (IsStream(method)) {
      for (FakeCri* each : {&node.main, &node.side, &node.vm}) {
        each->On(std::string(method.name), {.messages = {""}});
      }
    }
  }
  for (const Method& method : CallableMethods()) {
    CheckUp(node, method);
    // What was removed is there again.
    node.side.AddSandbox("ss");
    node.side.AddContainer("cs", "ss");
    node.side.AddImage(kImageId, "side.example/app:1");
  }
  node.side_server.reset();
  node.WaitFor("down");
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  REQUIRE(Eventually(
      [&] { return node.Status("/status").find(R"("state":"down")") == std::string::npos; }));
  for (const Method& method : CallableMethods()) {
    CheckUp(node, method);
    node.side.AddSandbox("ss");
    node.side.AddContainer("cs", "ss");
    node.side.AddImage(kImageId, "side.example/app:1");
  }
}

TEST_CASE("every RPC while a runtime is down") {
  ListedNode node;
  for (const Method& method : proxy::Methods()) {
    if (!IsStream(method)) continue;
    for (FakeCri* each : {&node.main, &node.vm}) {
      each->On(std::string(method.name), {.messages = {""}});
    }
  }
  node.side_server.reset();
  node.WaitFor("down");
  node.Asked();
  for (const Method& method : CallableMethods()) {
    INFO(method.name);
    std::string answer;
    auto start = std::chrono::steady_clock::now();
    grpc::Status status = Call(node, method, &answer);
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
    if (NeedsSide(method)) {
      CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
      CHECK(status.error_message().find("runtime \"side\" at unix://") == 0);
    } else {
      CHECK(status.error_message() == "");
      CHECK(status.ok());
    }
    if (method.name != "Version") CHECK(node.Asked() == Asked(method, Side::kDown));
    // What it has stays listed; what it measured is not made up.
    bool tells_of_side = answer.find("ss") != std::string::npos ||
                         answer.find("cs") != std::string::npos ||
                         answer.find(kImageId) != std::string::npos;
    const Method& list = IsStream(method) ? proxy::MethodNamed(method.traits.unary) : method;
    bool has_ids = list.traits.items != proxy::Object::kNone;
    if (has_ids) CHECK(tells_of_side == (list.traits.away == Away::kStandIn));
  }
}

TEST_CASE("every list while a runtime is slow in it: asked once, waited for once") {
  ListedNode node(milliseconds(200));
  for (const Method& method : CallableMethods()) {
    if (method.dispatch != Dispatch::kMerged && method.dispatch != Dispatch::kStatus) continue;
    INFO(method.name);
    std::string name(method.name);
    node.side.On(name, {.holds = true});
    std::string answer;
    CHECK(Call(node, method, &answer).error_message() == "");
    CHECK(node.Asked() == "main: " + name + "; side: " + name + "; vm: " + name);
    CHECK(Call(node, method, &answer).error_message() == "");
    CHECK(node.Asked() == "main: " + name + "; vm: " + name);
  }
  // Calls to what it has still go to it.
  std::string answer;
  const Method& status = proxy::MethodNamed("ContainerStatus");
  CHECK(Call(node, status, &answer).ok());
  CHECK(node.Asked() == "side: ContainerStatus");
}

}  // namespace
}  // namespace crimux
