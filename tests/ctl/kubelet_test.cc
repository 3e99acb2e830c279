#include <catch2/catch.hpp>

#include "ctl/kubelet/container_config.h"
#include "ctl/kubelet/resources.h"
#include "ctl/kubelet/sandbox_config.h"
#include "ctl/manifest/read_pod.h"

namespace crimux::ctl {
namespace {

using runtime::v1::NamespaceMode;
using runtime::v1::SecurityProfile;

constexpr char kPod[] = R"(
apiVersion: v1
kind: Pod
metadata:
  {name: web, namespace: shop, uid: u-1, labels: {app: front}, annotations: {a: b}}
spec:
  volumes:
  - {name: host, hostPath: {path: /srv}}
  - {name: scratch, emptyDir: {}}
  - {name: disk, hostPath: {path: /dev/mapper/disk}}
  securityContext: {runAsUser: 5, fsGroup: 6, supplementalGroups: [7]}
  containers:
  - name: main
    image: busybox
    command: [echo, $(NAME)]
    args: [$(NONE)]
    workingDir: /w
    env:
    - {name: NAME, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}
    - {name: BOTH, value: "$(NAME)!"}
    ports: [{containerPort: 53, hostPort: 5353, protocol: UDP, name: dns}, {containerPort: 80}]
    volumeMounts:
    - {name: host, mountPath: /host, readOnly: true}
    - {name: scratch, mountPath: /tmp, mountPropagation: Bidirectional}
    volumeDevices: [{name: disk, devicePath: /dev/data}]
    securityContext: {runAsUser: 8, allowPrivilegeEscalation: false}
)";

Pod TestPod() { return ParsePods(kPod, "f").pods[0]; }

Node TestNode() {
  Node node;
  node.log_root = "/logs";
  node.pod_root = "/pods";
  node.memory_capacity = 1 << 30;
  node.now =
      std::chrono::system_clock::time_point(std::chrono::nanoseconds(1'700'000'000'000'000'005));
  return node;
}

TEST_CASE("a sandbox is described as the kubelet describes it") {
  auto config = ToSandboxConfig(TestPod(), TestNode(), "nameserver 10.0.0.1\n");
  CHECK(config.metadata().name() == "web");
  CHECK(config.metadata().namespace_() == "shop");
  CHECK(config.metadata().uid() == "u-1");
  CHECK(config.metadata().attempt() == 0);
  CHECK(config.hostname() == "web");
  CHECK(config.log_directory() == "/logs/shop_web_u-1");
  REQUIRE(config.dns_config().servers_size() == 1);
  CHECK(config.dns_config().servers(0) == "10.0.0.1");
  REQUIRE(config.port_mappings_size() == 2);
  CHECK(config.port_mappings(0).host_port() == 5353);
  CHECK(config.port_mappings(0).protocol() == runtime::v1::UDP);
  CHECK(config.port_mappings(1).host_port() == 0);
}

TEST_CASE("a sandbox carries the kubelet's labels and annotations beside the pod's") {
  auto config = ToSandboxConfig(TestPod(), TestNode(), "");
  std::map<std::string, std::string> labels(config.labels().begin(), config.labels().end());
  CHECK(labels == std::map<std::string, std::string>{{"app", "front"},
                                                     {"crimux.io/managed-by", "crimuxctl"},
                                                     {"io.kubernetes.pod.name", "web"},
                                                     {"io.kubernetes.pod.namespace", "shop"},
                                                     {"io.kubernetes.pod.uid", "u-1"}});
  std::map<std::string, std::string> annotations(config.annotations().begin(),
                                                 config.annotations().end());
  CHECK(annotations == std::map<std::string, std::string>{
                           {"a", "b"},
                           {"ctl.crimux.io/log-directory", "/logs/shop_web_u-1"},
                           {"ctl.crimux.io/pod-directory", "/pods/u-1"},
                           {"ctl.crimux.io/restart-policy", "Always"},
                           {"kubernetes.io/config.seen", "2023-11-14T22:13:20.000000005Z"},
                           {"kubernetes.io/config.source", "file"}});
}

TEST_CASE("the namespaces of a sandbox follow the pod") {
  Pod pod = TestPod();
  auto options = ToNamespaceOptions(pod);
  CHECK(options.network() == NamespaceMode::POD);
  CHECK(options.pid() == NamespaceMode::CONTAINER);
  CHECK(options.ipc() == NamespaceMode::POD);
  pod.share_process_namespace = true;
  CHECK(ToNamespaceOptions(pod).pid() == NamespaceMode::POD);
  pod.host_network = pod.host_pid = pod.host_ipc = true;
  options = ToNamespaceOptions(pod);
  CHECK(options.network() == NamespaceMode::NODE);
  CHECK(options.pid() == NamespaceMode::NODE);
  CHECK(options.ipc() == NamespaceMode::NODE);
  CHECK(ToSandboxConfig(pod, TestNode(), "").hostname().empty());
}

TEST_CASE("a long name is cut to a host name") {
  Pod pod = TestPod();
  pod.name = std::string(62, 'a') + "-bcd";
  CHECK(ToSandboxConfig(pod, TestNode(), "").hostname() == std::string(62, 'a'));
}

TEST_CASE("a container is described as the kubelet describes it") {
  Pod pod = TestPod();
  auto config = ToContainerConfig(pod, pod.containers[0], "sha256:1", TestNode());
  CHECK(config.metadata().name() == "main");
  CHECK(config.image().image() == "sha256:1");
  CHECK(config.image().user_specified_image() == "busybox");
  CHECK(config.command(1) == "front");
  CHECK(config.args(0) == "$(NONE)");
  CHECK(config.working_dir() == "/w");
  REQUIRE(config.envs_size() == 2);
  CHECK(config.envs(1).key() == "BOTH");
  CHECK(config.envs(1).value() == "front!");
  CHECK(config.log_path() == "main/0.log");
  REQUIRE(config.mounts_size() == 2);
  CHECK(config.mounts(0).host_path() == "/srv");
  CHECK(config.mounts(0).readonly());
  CHECK(config.mounts(1).host_path() == "/pods/u-1/volumes/kubernetes.io~empty-dir/scratch");
  CHECK(config.mounts(1).propagation() == runtime::v1::PROPAGATION_BIDIRECTIONAL);
  REQUIRE(config.devices_size() == 1);
  CHECK(config.devices(0).host_path() == "/dev/mapper/disk");
  CHECK(config.devices(0).container_path() == "/dev/data");
  CHECK(config.devices(0).permissions() == "mrw");
}

TEST_CASE("a container carries the kubelet's labels and annotations") {
  Pod pod = TestPod();
  auto config = ToContainerConfig(pod, pod.containers[0], "i", TestNode());
  CHECK(config.labels().at("io.kubernetes.container.name") == "main");
  CHECK(config.labels().at("io.kubernetes.pod.uid") == "u-1");
  CHECK(config.labels_size() == 4);
  const auto& annotations = config.annotations();
  CHECK(annotations.at("io.kubernetes.container.restartCount") == "0");
  CHECK(annotations.at("io.kubernetes.container.terminationMessagePath") == "/dev/termination-log");
  CHECK(annotations.at("io.kubernetes.container.terminationMessagePolicy") == "File");
  CHECK(annotations.at("io.kubernetes.pod.terminationGracePeriod") == "30");
  CHECK(annotations.at("io.kubernetes.container.ports") ==
        R"([{"name":"dns","hostPort":5353,"containerPort":53,"protocol":"UDP"},)"
        R"({"containerPort":80,"protocol":"TCP"}])");
  std::string hash = annotations.at("io.kubernetes.container.hash");
  CHECK_FALSE(hash.empty());
  pod.containers[0].args.push_back("more");
  config = ToContainerConfig(pod, pod.containers[0], "i", TestNode());
  CHECK(config.annotations().at("io.kubernetes.container.hash") != hash);
}

TEST_CASE("a container's security context stands over the pod's") {
  Pod pod = TestPod();
  auto config = ToContainerConfig(pod, pod.containers[0], "i", TestNode());
  const auto& context = config.linux().security_context();
  CHECK(context.run_as_user().value() == 8);
  CHECK(context.no_new_privs());
  CHECK(context.supplemental_groups_size() == 2);
  CHECK(context.seccomp().profile_type() == SecurityProfile::Unconfined);
  CHECK(context.masked_paths_size() > 0);
  pod.containers[0].security = {.seccomp = SeccompProfile{.type = "RuntimeDefault"}};
  config = ToContainerConfig(pod, pod.containers[0], "i", TestNode());
  CHECK(config.linux().security_context().run_as_user().value() == 5);
  CHECK_FALSE(config.linux().security_context().no_new_privs());
  CHECK(config.linux().security_context().seccomp().profile_type() ==
        SecurityProfile::RuntimeDefault);
}

runtime::v1::LinuxContainerResources ResourcesOf(ResourceAmounts limits, ResourceAmounts requests) {
  Pod pod = TestPod();
  pod.containers[0].resources = {limits, requests};
  return ToLinuxResources(pod, pod.containers[0], 1000);
}

TEST_CASE("requests and limits become shares, quota, memory limit and OOM score") {
  auto burstable = ResourcesOf({.cpu = 1500, .memory = 500}, {.cpu = 250, .memory = 100});
  CHECK(burstable.cpu_shares() == 256);
  CHECK(burstable.cpu_period() == 100'000);
  CHECK(burstable.cpu_quota() == 150'000);
  CHECK(burstable.memory_limit_in_bytes() == 500);
  CHECK(burstable.oom_score_adj() == 900);

  auto guaranteed = ResourcesOf({.cpu = 1000, .memory = 500}, {.cpu = 1000, .memory = 500});
  CHECK(guaranteed.oom_score_adj() == -997);

  auto best_effort = ResourcesOf({}, {});
  CHECK(best_effort.cpu_shares() == 2);
  CHECK(best_effort.cpu_quota() == 0);
  CHECK(best_effort.memory_limit_in_bytes() == 0);
  CHECK(best_effort.oom_score_adj() == 1000);
}

TEST_CASE("resources stay within what the kernel takes") {
  CHECK(ResourcesOf({.cpu = 1}, {.cpu = 1}).cpu_quota() == 1000);
  CHECK(ResourcesOf({.cpu = 1}, {.cpu = 1}).cpu_shares() == 2);
  CHECK(ResourcesOf({}, {.cpu = 1'000'000}).cpu_shares() == 262'144);
  CHECK(ResourcesOf({}, {.cpu = 1}).oom_score_adj() == 999);
  CHECK(ResourcesOf({}, {.memory = 1000}).oom_score_adj() == 3);
}

}  // namespace
}  // namespace crimux::ctl
