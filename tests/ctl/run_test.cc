#include <google/protobuf/util/message_differencer.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "ctl/manifest/read_pod.h"
#include "ctl/run_pod.h"
#include "tests/ctl/fake_service.h"
#include "tests/temporary_dir.h"

namespace crimux::ctl {
namespace {

using Calls = std::vector<std::string>;

constexpr char kRunPod[] = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, uid: u-1, annotations: {who: me}}
spec:
  volumes: [{name: scratch, emptyDir: {}}]
  containers:
  - {name: main, image: busybox, volumeMounts: [{name: scratch, mountPath: /s}]}
)";

// A runtime, a node of its own, and a client.
struct RunBench {
  RunBench() : service(dir.path() / "s"), client((dir.path() / "s").string()) {
    node.log_root = dir.path() / "logs";
    node.pod_root = dir.path() / "pods";
    node.resolv_conf = dir.path() / "resolv.conf";
    WriteFileAtomically(node.resolv_conf, "nameserver 10.0.0.1\n");
  }
  std::string Run(const std::string& policy = "") {
    Pod pod = ParsePods(kRunPod, "f").pods[0];
    pod.containers[0].image_pull_policy = policy;
    return RunPod(client, pod, node, "vm");
  }
  // The error's text.
  std::string Fail(const std::string& policy = "") {
    try {
      return "ran " + Run(policy);
    } catch (const Error& e) {
      return e.what();
    }
  }
  bool FoldersAreGone() const {
    return !std::filesystem::exists(node.log_root / "default_web_u-1") &&
           !std::filesystem::exists(node.pod_root / "u-1");
  }

  TemporaryDir dir;
  FakeService service;
  CriClient client;
  Node node;
};

TEST_CASE("a pod is run by the kubelet's calls in their order") {
  RunBench bench;
  CHECK(bench.Run() == "sandbox-web");
  CHECK(bench.service.calls == Calls{"Status", "ImageStatus", "PullImage", "RunPodSandbox",
                                     "CreateContainer", "StartContainer"});
  CHECK(bench.service.run_request.runtime_handler() == "vm");
  const auto& create = bench.service.create_request;
  CHECK(create.pod_sandbox_id() == "sandbox-web");
  CHECK(create.config().image().image() == "ref-of-busybox:latest");
  CHECK(google::protobuf::util::MessageDifferencer::Equals(create.sandbox_config(),
                                                           bench.service.run_request.config()));
}

TEST_CASE("images are asked for with the pod's annotations and handler") {
  RunBench bench;
  bench.Run();
  for (const auto& spec :
       {bench.service.image_request.image(), bench.service.pull_request.image()}) {
    CHECK(spec.image() == "busybox:latest");
    CHECK(spec.runtime_handler() == "vm");
    CHECK(spec.annotations().at("who") == "me");
  }
  CHECK(bench.service.pull_request.sandbox_config().metadata().uid() == "u-1");
}

TEST_CASE("the folders of logs and volumes are there before the sandbox") {
  RunBench bench;
  bench.Run();
  CHECK(std::filesystem::is_directory(bench.node.log_root / "default_web_u-1/main"));
  CHECK(std::filesystem::is_directory(bench.service.create_request.config().mounts(0).host_path()));
}

TEST_CASE("an image that is there is pulled again only by policy Always") {
  RunBench bench;
  bench.service.images = {"busybox:latest"};
  bench.Run("IfNotPresent");
  CHECK(bench.service.calls[2] == "RunPodSandbox");
  CHECK(bench.service.create_request.config().image().image() == "id-of-busybox:latest");
}

TEST_CASE("policy Never does not pull") {
  RunBench bench;
  CHECK(bench.Fail("Never") ==
        "find image \"busybox:latest\": not there, and imagePullPolicy is Never");
  CHECK(bench.service.calls == Calls{"Status", "ImageStatus"});
}

TEST_CASE("a runtime that is not ready runs nothing") {
  RunBench bench;
  bench.service.network_ready = false;
  CHECK(bench.Fail() == "use runtime \"NetworkReady\": not ready: NoConfig: no CNI config");
  CHECK(bench.service.calls == Calls{"Status"});
}

TEST_CASE("a pod that is there is not run a second time") {
  RunBench bench;
  bench.Run();
  CHECK(bench.Fail() == "run pod \"default/web\": there is one, sandbox sandbox-web");
  CHECK_FALSE(bench.FoldersAreGone());
}

TEST_CASE("a sandbox that fails leaves nothing, and code and message are told") {
  RunBench bench;
  bench.service.failures["RunPodSandbox"] = {grpc::StatusCode::RESOURCE_EXHAUSTED, "disk full"};
  CHECK(bench.Fail() == "RunPodSandbox \"default/web\": ResourceExhausted: disk full");
  CHECK(bench.FoldersAreGone());
}

TEST_CASE("a container that fails to start takes the sandbox with it") {
  RunBench bench;
  bench.service.failures["StartContainer"] = {grpc::StatusCode::UNKNOWN, "no such binary"};
  CHECK(bench.Fail() == "StartContainer \"default/web/main\": Unknown: no such binary");
  CHECK(bench.service.sandboxes.empty());
  CHECK(bench.service.stop_timeout == 0);
  CHECK(bench.FoldersAreGone());
}

TEST_CASE("a device that is none is refused before the sandbox") {
  RunBench bench;
  Pod pod = ParsePods(kRunPod, "f").pods[0];
  pod.volumes.push_back({"disk", "/dev/null", ""});
  pod.containers[0].volume_devices.push_back({"disk", "/dev/disk"});
  CHECK_THROWS_WITH(RunPod(bench.client, pod, bench.node, "vm"),
                    "give device \"/dev/null\": volume \"disk\" is no block device");
  CHECK(bench.FoldersAreGone());
  CHECK(bench.service.sandboxes.empty());
}

TEST_CASE("a socket where nobody listens is named") {
  CriClient client("unix:///nowhere/s");
  try {
    RunPod(client, ParsePods(kRunPod, "f").pods[0], Node(), "");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::UNAVAILABLE);
    CHECK_THAT(e.what(), Catch::StartsWith("Version \"unix:///nowhere/s\": Unavailable: "));
  }
}

TEST_CASE("an endpoint that is no Unix socket is refused") {
  CHECK_THROWS_WITH(CriClient("tcp://127.0.0.1:1"),
                    "use runtime endpoint \"tcp://127.0.0.1:1\": must be \"unix://\" and an "
                    "absolute path");
}

}  // namespace
}  // namespace crimux::ctl
