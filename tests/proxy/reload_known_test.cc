// Another config, and what was known and told under the old one.
#include <future>

#include "tests/proxy/raw_call.h"
#include "tests/proxy/reload_node.h"

namespace crimux {
namespace {

TEST_CASE("a runtime gets an image prefix by a reload, another one, and none again") {
  WithContainers node;
  node.side.AddImage("sha256:" + std::string(64, 'a'), "nginx:1");
  auto image = [&] {
    Context context;
    cri::ListImagesResponse response;
    REQUIRE(node.image->ListImages(&context, {}, &response).ok());
    REQUIRE(response.images_size() == 1);
    return response.images(0).repo_tags(0);
  };
  CHECK(image() == "nginx:1");
  for (const std::string prefix : {"side/", "other/", ""}) {
    Config next = node.config;
    next.runtimes[1].image_prefix = prefix;
    node.Reload(next);
    CHECK(image() == prefix + "nginx:1");
    CHECK(StopContainer(node, "s").ok());
  }
  // All of that over one connection.
  CHECK_THAT(node.side.TakeAsked(), !Catch::VectorContains(std::string("Version")));
}

TEST_CASE("the cgroup driver that the kubelet is told changes with a reload") {
  WithContainers node;
  node.main.On("RuntimeConfig", {.status = {grpc::StatusCode::UNIMPLEMENTED, "what?"}});
  Config next = node.config;
  next.cgroup_driver = "systemd";
  CHECK(node.Reload(next) == "cgroupDriver changed");
  Context context;
  cri::RuntimeConfigResponse response;
  REQUIRE(node.runtime->RuntimeConfig(&context, {}, &response).ok());
  CHECK(response.linux().cgroup_driver() == cri::SYSTEMD);
  node.Reload(node.config);
  Context again;
  CHECK(node.runtime->RuntimeConfig(&again, {}, &response).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("the last known lists of a runtime that is down outlive a new name and a prefix") {
  WithContainers node;
  node.side_server.reset();
  Config next = node.config;
  next.runtimes[1].name = "other";
  next.runtimes[1].image_prefix = "other/";
  next.routes.clear();
  node.Reload(next);
  CHECK(List(node) == Ids{"m", "s", "v"});
  // It owns what it has, so nobody else is asked.
  node.Asked();
  CHECK(StopContainer(node, "s").error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(node.Asked().empty());
  node.Reload(node.WithoutSide());
  CHECK(List(node) == Ids{"m", "v"});
  node.Reload(node.config);
  CHECK(List(node) == Ids{"m", "v"});
}

TEST_CASE("runtimes that swap their names keep what is theirs") {
  WithContainers node;
  Config next = node.config;
  std::swap(next.runtimes[0].name, next.runtimes[1].name);
  node.Reload(next);
  node.side_server.reset();
  CHECK(List(node) == Ids{"m", "s", "v"});
  CHECK(StopContainer(node, "m").ok());
  CHECK(StopContainer(node, "s").error_code() == grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE("a stream of events ends when there are other runtimes, and lives on with other routes") {
  WithContainers node;
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    cri->On("GetContainerEvents", {.messages = {Text(1, "one")}, .holds = true});
  }
  RawStream stream(node, "/runtime.v1.RuntimeService/GetContainerEvents");
  for (int i = 0; i < 3; ++i) REQUIRE(stream.Read() == Text(1, "one"));
  Config next = node.config;
  next.routes.clear();
  next.runtimes[1].timeout = std::chrono::seconds(7);
  node.Reload(next);
  auto more = std::async(std::launch::async, [&] { return stream.Read(); });
  CHECK(more.wait_for(std::chrono::milliseconds(50)) == std::future_status::timeout);
  node.Reload(node.WithoutSide());
  CHECK(more.get() == std::nullopt);
  auto status = stream.Finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(status.error_message() == "crimux has other runtimes now");
  for (FakeCri* cri : {&node.main, &node.side, &node.vm}) {
    CHECK(cri->WaitForCancelled("GetContainerEvents"));
  }
}

}  // namespace
}  // namespace crimux
