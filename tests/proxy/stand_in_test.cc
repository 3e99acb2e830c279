// Lists while a runtime is down or slow, and when it is back.
#include <future>

#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
using std::chrono::milliseconds;

// "cm sm" for containers and so on: what a list has, in its order.
std::string Containers(Node& node, const cri::ContainerFilter* filter = nullptr) {
  Context context;
  cri::ListContainersRequest request;
  if (filter != nullptr) *request.mutable_filter() = *filter;
  cri::ListContainersResponse response;
  auto status = node.runtime->ListContainers(&context, request, &response);
  if (!status.ok()) return "failed: " + status.error_message();
  std::string ids;
  for (const auto& container : response.containers()) ids += container.id() + " ";
  return ids;
}

std::string Sandboxes(Node& node) {
  Context context;
  cri::ListPodSandboxResponse response;
  auto status = node.runtime->ListPodSandbox(&context, {}, &response);
  if (!status.ok()) return "failed: " + status.error_message();
  std::string ids;
  for (const auto& sandbox : response.items()) ids += sandbox.id() + " ";
  return ids;
}

std::string Images(Node& node) {
  Context context;
  cri::ListImagesResponse response;
  auto status = node.image->ListImages(&context, {}, &response);
  if (!status.ok()) return "failed: " + status.error_message();
  std::string ids;
  for (const auto& image : response.images()) ids += image.id() + " ";
  return ids;
}

std::string FileSystems(Node& node) {
  Context context;
  cri::ImageFsInfoResponse response;
  auto status = node.image->ImageFsInfo(&context, {}, &response);
  if (!status.ok()) return "failed: " + status.error_message();
  std::string all;
  for (const auto& fs : response.image_filesystems()) all += fs.fs_id().mountpoint() + " ";
  return all;
}

std::string Stats(Node& node) {
  Context context;
  cri::ListContainerStatsResponse response;
  auto status = node.runtime->ListContainerStats(&context, {}, &response);
  if (!status.ok()) return "failed: " + status.error_message();
  std::string ids;
  for (const auto& stats : response.stats()) ids += stats.attributes().id() + " ";
  return ids;
}

grpc::Status Stop(Node& node, const std::string& container) {
  Context context;
  cri::StopContainerRequest request;
  request.set_container_id(container);
  cri::StopContainerResponse response;
  return node.runtime->StopContainer(&context, request, &response);
}

bool IsDown(Node& node, const std::string& runtime) {
  return node.Status("/status").find(R"("name":")" + runtime + R"(")") != std::string::npos &&
         node.Status("/status").find(R"("state":"down")") != std::string::npos;
}

// One sandbox, container and image on each; all lists were asked once.
struct Listed : Node {
  explicit Listed(milliseconds list_timeout = std::chrono::seconds(10)) {
    for (auto& each : config.runtimes) each.list_timeout = list_timeout;
    for (auto* cri : {&main, &side, &vm}) {
      std::string mark(1, cri == &main ? 'm' : cri == &side ? 's' : 'v');
      cri->AddSandbox("s" + mark);
      cri->AddContainer("c" + mark, "s" + mark);
      cri->AddImage("sha256:" + std::string(64, mark == "m"   ? 'a'
                                                : mark == "s" ? 'b'
                                                              : 'c'),
                    mark + ":latest");
    }
  }
  void Begin() {
    Start();
    Sandboxes(*this);
    Containers(*this);
    images = Images(*this);
    FileSystems(*this);
    Asked();
  }
  void LoseSide() {
    side_server.reset();
    REQUIRE(Eventually([&] { return IsDown(*this, "side"); }));
    Asked();
  }
  std::string images;
};

TEST_CASE("the last complete lists of a runtime that is down stand in for it") {
  Listed node;
  node.Begin();
  node.LoseSide();
  CHECK(Sandboxes(node) == "sm ss sv ");
  CHECK(Containers(node) == "cm cs cv ");
  CHECK(Images(node) == node.images);
  CHECK(FileSystems(node) == "/main /side /vm ");
  CHECK(node.Asked() ==
        "main: ListPodSandbox; main: ListContainers; main: ListImages; main: ImageFsInfo; "
        "vm: ListPodSandbox; vm: ListContainers; vm: ListImages; vm: ImageFsInfo");
}

TEST_CASE("what was made since the last list is in the lists that stand in") {
  Listed node;
  node.Begin();
  cri::RunPodSandboxRequest run;
  (*run.mutable_config()->mutable_labels())["tier"] = "side";
  run.mutable_config()->mutable_metadata()->set_uid("uid");
  cri::RunPodSandboxResponse ran;
  Context first;
  REQUIRE(node.runtime->RunPodSandbox(&first, run, &ran).ok());
  cri::CreateContainerRequest create;
  create.set_pod_sandbox_id(ran.pod_sandbox_id());
  (*create.mutable_config()->mutable_labels())["io.kubernetes.pod.uid"] = "uid";
  cri::CreateContainerResponse created;
  Context second;
  REQUIRE(node.runtime->CreateContainer(&second, create, &created).ok());
  node.LoseSide();
  CHECK(Sandboxes(node) == "sm ss " + ran.pod_sandbox_id() + " sv ");
  CHECK(Containers(node) == "cm cs " + created.container_id() + " cv ");
  cri::ContainerFilter by_label;
  (*by_label.mutable_label_selector())["io.kubernetes.pod.uid"] = "uid";
  CHECK(Containers(node, &by_label).find(created.container_id()) != std::string::npos);
}

TEST_CASE("what a runtime lists while it still makes it is in its lists once") {
  Listed node;
  node.Begin();
  cri::RunPodSandboxResponse made;
  made.set_pod_sandbox_id("new");
  node.side.On("RunPodSandbox",
               {.messages = {made.SerializeAsString()}, .delay = milliseconds(300)});
  node.side.AddSandbox("new");
  auto run = std::async(std::launch::async, [&] {
    cri::RunPodSandboxRequest request;
    (*request.mutable_config()->mutable_labels())["tier"] = "side";
    cri::RunPodSandboxResponse response;
    Context context;
    return node.runtime->RunPodSandbox(&context, request, &response).ok();
  });
  REQUIRE(node.side.WaitForCall("RunPodSandbox"));
  CHECK(Sandboxes(node) == "sm ss new sv ");
  CHECK(run.get());
  node.LoseSide();
  CHECK(Sandboxes(node) == "sm ss new sv ");
}

TEST_CASE("the default runtime's lists stand in as well, and stay in front") {
  Listed node;
  node.Begin();
  node.main_server.reset();
  CHECK(Eventually([&] { return IsDown(node, "main"); }));
  CHECK(Sandboxes(node) == "sm ss sv ");
  CHECK(FileSystems(node) == "/main /side /vm ");
}

TEST_CASE("what has never been listed is not known, so a required runtime's list fails") {
  Listed node;
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  node.StartProxy();
  CHECK(Eventually([&] { return IsDown(node, "main"); }));
  auto failed = Containers(node);
  CHECK(failed.find("failed: runtime \"main\"") == 0);
}

TEST_CASE("an optional runtime that was never heard of doesn't take the node with it") {
  Listed node;
  node.main_server.emplace(node.main, node.dir.path() / "main.sock");
  node.StartProxy();
  CHECK(Eventually([&] { return IsDown(node, "side"); }));
  CHECK(Containers(node) == "cm cv ");
}

TEST_CASE("statistics of a runtime that is down are left out: old figures would pass for new") {
  Listed node;
  node.Begin();
  CHECK(Stats(node) == "cm cs cv ");
  node.LoseSide();
  CHECK(Stats(node) == "cm cv ");
}

TEST_CASE("lastKnownFor 0 lets lists fail while the runtime is down, and names it") {
  Listed node;
  node.config.runtimes[1].last_known_for = milliseconds(0);
  node.Begin();
  node.LoseSide();
  CHECK(Containers(node).find("failed: runtime \"side\" at unix://") == 0);
  CHECK(Stats(node).find("failed: runtime \"side\" at unix://") == 0);
}

TEST_CASE("past lastKnownFor the list fails") {
  Listed node;
  node.config.runtimes[1].last_known_for = milliseconds(1500);
  node.Begin();
  node.LoseSide();
  CHECK(Containers(node) == "cm cs cv ");
  CHECK(Eventually([&] { return Containers(node).find("failed: runtime \"side\"") == 0; }));
}

TEST_CASE("a filter picks from the last known lists as the runtime would have") {
  Listed node;
  cri::ListContainersResponse listed;
  for (int i = 0; i < 4; ++i) {
    auto* container = listed.add_containers();
    container->set_id("abc" + std::to_string(i) + "ffff");
    container->set_pod_sandbox_id(i < 2 ? "ss" : "other");
    container->set_state(i % 2 == 0 ? cri::CONTAINER_RUNNING : cri::CONTAINER_EXITED);
    (*container->mutable_labels())["io.kubernetes.pod.uid"] = "uid" + std::to_string(i);
  }
  node.side.On("ListContainers", {.messages = {listed.SerializeAsString()}});
  node.Begin();
  node.LoseSide();
  cri::ContainerFilter by_label;
  (*by_label.mutable_label_selector())["io.kubernetes.pod.uid"] = "uid2";
  CHECK(Containers(node, &by_label) == "cm abc2ffff cv ");
  cri::ContainerFilter by_state;
  by_state.mutable_state()->set_state(cri::CONTAINER_EXITED);
  by_state.set_pod_sandbox_id("ss");
  CHECK(Containers(node, &by_state) == "abc1ffff ");
  cri::ContainerFilter by_id;
  by_id.set_id("abc3ffff");
  CHECK(Containers(node, &by_id) == "abc3ffff ");
  by_id.set_pod_sandbox_id("ss");
  CHECK(Containers(node, &by_id) == "");
}

TEST_CASE("a crimuxd that starts while a runtime is down has its lists from disk") {
  Listed node;
  node.Begin();
  node.StopProxy();
  node.side_server.reset();
  node.StartProxy();
  CHECK(Eventually([&] { return IsDown(node, "side"); }));
  CHECK(Sandboxes(node) == "sm ss sv ");
  CHECK(Containers(node) == "cm cs cv ");
  CHECK(Images(node) == node.images);
  // Its containers are known to be its own, too.
  node.Asked();
  CHECK(Stop(node, "cs").error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(node.Asked() == "");
}

TEST_CASE("another runtime under the same name does not inherit the lists on disk") {
  Listed node;
  node.Begin();
  node.StopProxy();
  node.side_server.reset();
  node.config.runtimes[1].endpoint = "unix://" + (node.dir.path() / "other.sock").native();
  node.StartProxy();
  CHECK(Eventually([&] { return IsDown(node, "side"); }));
  CHECK(Containers(node) == "cm cv ");
}

TEST_CASE("when the runtime is back its own answers count again") {
  Listed node;
  node.Begin();
  node.LoseSide();
  CHECK(Containers(node) == "cm cs cv ");
  node.side.AddContainer("cs2", "ss");
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  CHECK(Eventually([&] { return Containers(node) == "cm cs cs2 cv "; }));
}

TEST_CASE("a runtime that answers its lists Unavailable or Unimplemented is not there yet") {
  Listed node;
  node.Begin();
  node.side.On("ListContainers", {.status = {grpc::StatusCode::UNAVAILABLE, "starting"}});
  CHECK(Containers(node) == "cm cs cv ");
  node.side.On("ListContainers", {.status = {grpc::StatusCode::UNIMPLEMENTED, "no plugin"}});
  CHECK(Containers(node) == "cm cs cv ");
}

TEST_CASE(
    "a runtime that is back, and says Unknown until it has started, is stood in for until then") {
  Listed node;
  node.Begin();
  node.LoseSide();
  node.side.On("ListContainers", {.status = {grpc::StatusCode::UNKNOWN, "not initialized yet"}});
  node.side_server.emplace(node.side, node.dir.path() / "side.sock");
  CHECK(Eventually([&] {
    CHECK(Containers(node) == "cm cs cv ");
    return node.Asked().find("side: ListContainers") != std::string::npos;
  }));
  node.side.Unscript();
  CHECK(Containers(node) == "cm cs cv ");
  node.side.On("ListContainers", {.status = {grpc::StatusCode::UNKNOWN, "broken"}});
  CHECK(Containers(node) == "failed: broken");
}

TEST_CASE("any other failure of a list is an answer, and goes through verbatim") {
  Listed node;
  node.Begin();
  node.side.On("ListContainers", {.status = {grpc::StatusCode::INTERNAL, "database is broken"}});
  CHECK(Containers(node) == "failed: database is broken");
}

TEST_CASE("a slow runtime delays a list no longer than its list timeout, and the next not at all") {
  Listed node(milliseconds(300));
  node.Begin();
  node.side.On("ListContainers", {.holds = true});
  CHECK(Containers(node) == "cm cs cv ");
  CHECK(node.Status("/status").find(R"("state":"slow")") != std::string::npos);
  CHECK(node.Asked() == "main: ListContainers; side: ListContainers; vm: ListContainers");
  CHECK(Containers(node) == "cm cs cv ");
  CHECK(node.Asked() == "main: ListContainers; vm: ListContainers");
}

TEST_CASE("what was done to a slow runtime since its last list is not hidden by that list") {
  Listed node(milliseconds(300));
  node.Begin();
  node.side.On("ListContainers", {.holds = true});
  CHECK(Containers(node) == "cm cs cv ");
  CHECK(Stop(node, "cs").ok());
  CHECK(Containers(node).find("failed: runtime \"side\" has not answered ListContainers") == 0);
}

TEST_CASE("the late answer of a slow runtime ends its slowness and is its last known list") {
  Listed node(milliseconds(300));
  node.Begin();
  std::promise<void> go;
  auto gone = go.get_future().share();
  node.side.On("ListContainers", [gone](const FakeCall&) {
    gone.wait();
    cri::ListContainersResponse late;
    late.add_containers()->set_id("late");
    return FakeAnswer{.messages = {late.SerializeAsString()}};
  });
  CHECK(Containers(node) == "cm cs cv ");
  go.set_value();
  CHECK(Eventually(
      [&] { return node.Status("/status").find(R"("state":"slow")") == std::string::npos; }));
  node.LoseSide();
  CHECK(Containers(node) == "cm late cv ");
}

TEST_CASE("a slow runtime leaves the other runtimes' own calls alone") {
  Listed node(std::chrono::seconds(5));
  node.Begin();
  node.side.On("ListContainers", {.holds = true});
  auto list = std::async(std::launch::async, [&] { return Containers(node); });
  REQUIRE(node.side.WaitForCall("ListContainers", 2));
  CHECK(Stop(node, "cm").ok());
  CHECK(Stop(node, "cv").ok());
  CHECK(list.wait_for(milliseconds(0)) == std::future_status::timeout);
  node.StopProxy();
}

}  // namespace
}  // namespace crimux
