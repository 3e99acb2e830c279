#include "ctl/cri/pods.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "ctl/cri/containers.h"
#include "ctl/cri/vms.h"
#include "ctl/kubelet/names.h"
#include "ctl/pod_folders.h"
#include "ctl/pod_list.h"
#include "tests/ctl/fake_service.h"
#include "tests/temporary_dir.h"

namespace crimux::ctl {
namespace {

using runtime::v1::PodSandbox;

PodSandbox MakeSandbox(const std::string& id, const std::string& name_space,
                       const std::string& name, int64_t created = 0) {
  PodSandbox sandbox;
  sandbox.set_id(id);
  sandbox.mutable_metadata()->set_namespace_(name_space);
  sandbox.mutable_metadata()->set_name(name);
  sandbox.mutable_metadata()->set_uid("u-" + name);
  sandbox.set_created_at(created);
  return sandbox;
}

runtime::v1::Container MakeContainer(const std::string& sandbox, const std::string& name) {
  runtime::v1::Container container;
  container.set_id("c-" + name);
  container.set_pod_sandbox_id(sandbox);
  container.mutable_metadata()->set_name(name);
  container.mutable_image()->set_image("sha256:1");
  container.mutable_image()->set_user_specified_image("busybox");
  container.set_state(runtime::v1::CONTAINER_EXITED);
  return container;
}

struct PodsBench {
  PodsBench() : service(dir.path() / "s"), client("unix://" + (dir.path() / "s").string()) {}
  std::string Find(const std::string& word) {
    try {
      return FindSandbox(client, word).id();
    } catch (const Error& e) {
      return e.what();
    }
  }

  TemporaryDir dir;
  FakeService service;
  CriClient client;
};

TEST_CASE("a pod is found by name, namespace and name, or the beginning of its id") {
  PodsBench bench;
  bench.service.sandboxes = {MakeSandbox("abc1", "one", "web"), MakeSandbox("abc2", "two", "web"),
                             MakeSandbox("def", "one", "db")};
  CHECK(bench.Find("db") == "def");
  CHECK(bench.Find("two/web") == "abc2");
  CHECK(bench.Find("de") == "def");
  CHECK(bench.Find("web") ==
        "find pod \"web\": several pods match: one/web (abc1), two/web (abc2)");
  CHECK(bench.Find("abc") ==
        "find pod \"abc\": several pods match: one/web (abc1), two/web (abc2)");
  CHECK(bench.Find("none") == "find pod \"none\": no pod has this name or id");
}

TEST_CASE("the sandbox that lives is meant, not a dead one of the same pod") {
  PodsBench bench;
  bench.service.sandboxes = {MakeSandbox("old", "one", "web"), MakeSandbox("new", "one", "web")};
  bench.service.sandboxes[0].set_state(runtime::v1::SANDBOX_NOTREADY);
  CHECK(bench.Find("web") == "new");
}

TEST_CASE("a container is found by its name, or is the only one; the latest attempt is meant") {
  PodsBench bench;
  bench.service.sandboxes = {MakeSandbox("s1", "one", "web"), MakeSandbox("s2", "one", "db"),
                             MakeSandbox("s3", "one", "bare")};
  bench.service.containers = {MakeContainer("s1", "main"), MakeContainer("s1", "side"),
                              MakeContainer("s2", "main"), MakeContainer("s2", "main")};
  bench.service.containers[2].set_created_at(5);
  bench.service.containers[3].set_id("latest");
  bench.service.containers[3].set_created_at(7);
  CHECK(FindContainer(bench.client, "web", "side").id() == "c-side");
  CHECK(FindContainer(bench.client, "db", "").id() == "latest");
  CHECK_THROWS_WITH(FindContainer(bench.client, "web", ""),
                    "choose a container of \"web\": name one of main, side");
  CHECK_THROWS_WITH(FindContainer(bench.client, "web", "x"),
                    "find container \"x\": pod \"web\" has main, side");
  CHECK_THROWS_WITH(FindContainer(bench.client, "bare", ""),
                    "find container: pod \"bare\" has no container");
}

TEST_CASE("pods are listed with their containers and address, the newest first") {
  PodsBench bench;
  bench.service.sandboxes = {MakeSandbox("s1", "one", "web", 1'000'000'000),
                             MakeSandbox("s2", "one", "db", 5'000'000'000)};
  bench.service.sandboxes[1].set_runtime_handler("vm");
  bench.service.sandboxes[0].set_state(runtime::v1::SANDBOX_NOTREADY);
  bench.service.containers = {MakeContainer("s1", "main"), MakeContainer("s1", "side")};
  std::vector<ListedPod> pods = ListPods(bench.client);
  CHECK(PodTable(pods, std::chrono::seconds(65)) ==
        "POD  NAMESPACE  ID  STATE     CONTAINERS               IP        HANDLER  AGE\n"
        "db   one        s2  ready     -                        10.1.1.2  vm       60s\n"
        "web  one        s1  notready  main:exited,side:exited  -         -        64s\n");
  CHECK(PodJson({pods[1]}) ==
        R"({"pods":[{"id":"s1","name":"web","namespace":"one","uid":"u-web","state":"notready",)"
        R"("runtimeHandler":"","ips":[],"createdAt":1000000000,"containers":[)"
        R"({"id":"c-main","name":"main","state":"exited","image":"busybox"},)"
        R"({"id":"c-side","name":"side","state":"exited","image":"busybox"}]}]})"
        "\n");
}

TEST_CASE("a pod is removed after its containers were stopped with the grace period") {
  PodsBench bench;
  bench.service.sandboxes = {MakeSandbox("s1", "one", "web")};
  bench.service.containers = {MakeContainer("s1", "main"), MakeContainer("s2", "other")};
  RemovePod(bench.client, "s1", std::chrono::seconds(7));
  CHECK(bench.service.calls ==
        std::vector<std::string>{"StopContainer", "StopPodSandbox", "RemovePodSandbox"});
  CHECK(bench.service.stop_timeout == 7);
  CHECK(bench.service.containers.size() == 1);
}

TEST_CASE("a container that has gone meanwhile does not keep its pod") {
  PodsBench bench;
  bench.service.sandboxes = {MakeSandbox("s1", "one", "web")};
  bench.service.containers = {MakeContainer("s1", "main")};
  bench.service.failures["StopContainer"] = {grpc::StatusCode::NOT_FOUND, "gone"};
  RemovePod(bench.client, "s1", std::chrono::seconds(0));
  CHECK(bench.service.sandboxes.empty());
}

// A sandbox of crimuxctl's, with folders that its annotations name.
PodSandbox WithFolders(const std::filesystem::path& logs, const std::filesystem::path& folder) {
  std::filesystem::create_directories(logs);
  std::filesystem::create_directories(folder);
  PodSandbox sandbox = MakeSandbox("s1", "one", "web");
  (*sandbox.mutable_labels())[kManagedByLabel] = kManagedByValue;
  (*sandbox.mutable_annotations())[kLogDirectoryAnnotation] = logs;
  (*sandbox.mutable_annotations())[kPodDirectoryAnnotation] = folder;
  return sandbox;
}

TEST_CASE("the folders of a pod that crimuxctl ran go with it") {
  TemporaryDir dir;
  PodSandbox sandbox = WithFolders(dir.path() / "one_web_u-web", dir.path() / "u-web");
  RemovePodFolders(sandbox);
  CHECK(std::filesystem::is_empty(dir.path()));
}

TEST_CASE("folders that are not the pod's own, or of others' pods, stay") {
  TemporaryDir dir;
  PodSandbox sandbox = WithFolders(dir.path() / "one_other_u-web", dir.path() / "x" / "..");
  RemovePodFolders(sandbox);
  CHECK(std::filesystem::exists(dir.path() / "one_other_u-web"));
  sandbox = WithFolders(dir.path() / "one_web_u-web", dir.path() / "u-web");
  sandbox.mutable_labels()->clear();
  RemovePodFolders(sandbox);
  CHECK(std::filesystem::exists(dir.path() / "one_web_u-web"));
  CHECK(std::filesystem::exists(dir.path() / "u-web"));
}

TEST_CASE("a VM is told from a container by its domain, and has to run") {
  PodsBench bench;
  bench.service.sandboxes = {MakeSandbox("s1", "one", "vm"), MakeSandbox("s2", "one", "box"),
                             MakeSandbox("s3", "one", "off")};
  bench.service.containers = {MakeContainer("s1", "guest"), MakeContainer("s2", "main"),
                              MakeContainer("s3", "ended")};
  bench.service.containers[0].set_state(runtime::v1::CONTAINER_RUNNING);
  bench.service.containers[1].set_state(runtime::v1::CONTAINER_RUNNING);
  bench.service.container_info = {{"c-guest", R"({"domain": "c-guest", "pid": 7})"},
                                  {"c-main", R"({"pid": 8, "config": {"domain": "x"}})"},
                                  {"c-ended", R"({"domain": "c-ended"})"}};
  CHECK(FindRunningVm(bench.client, "vm", "", "look at") == "c-guest");
  CHECK_THROWS_WITH(FindRunningVm(bench.client, "box", "", "look at"),
                    "look at \"box\": it is a pod of containers, not a VM");
  CHECK_THROWS_WITH(FindRunningVm(bench.client, "off", "", "look at"),
                    "look at \"off\": the VM is not running");
  CHECK_THROWS_WITH(FindRunningVm(bench.client, "none", "", "look at"),
                    "find pod \"none\": no pod has this name or id");
  for (const char* other : {"", "[]", "no JSON"}) {
    bench.service.container_info["c-main"] = other;
    CHECK_THROWS_WITH(FindRunningVm(bench.client, "box", "", "look at"),
                      Catch::Contains("not a VM"));
  }
}

}  // namespace
}  // namespace crimux::ctl
