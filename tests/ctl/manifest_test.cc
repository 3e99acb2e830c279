#include <catch2/catch.hpp>

#include "base/error.h"
#include "ctl/manifest/read_pod.h"

namespace crimux::ctl {
namespace {

constexpr char kFull[] = R"yaml(apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  uid: 11-22
  labels: {app: web}
  annotations: {kubernetes.io/target-runtime: vm}
spec:
  runtimeClassName: vm
  hostname: front
  hostNetwork: true
  dnsPolicy: None
  dnsConfig:
    nameservers: [10.0.0.1]
    searches: [shop.local]
    options: [{name: ndots, value: "2"}, {name: edns0}]
  restartPolicy: Never
  terminationGracePeriodSeconds: 5
  securityContext: {runAsUser: 7, fsGroup: 9, sysctls: [{name: a, value: "1"}]}
  volumes:
  - name: data
    hostPath: {path: /srv/data, type: Directory}
  - name: scratch
    emptyDir: {}
  containers:
  - name: main
    image: busybox:1
    imagePullPolicy: Never
    command: [sh, -c]
    args: ["echo $(A)"]
    workingDir: /w
    env:
    - {name: A, value: x}
    - {
name:
  POD, valueFrom : {
  fieldRef : {
  fieldPath:
    metadata.name
  }
  }
}
    ports:
    - {containerPort: 80, hostPort: 8080, hostIP: 127.0.0.1, protocol: UDP, name: dns}
    resources:
      limits: {cpu: 1500m, memory: 64Mi}
      requests: {cpu: "0.5"}
    volumeMounts:
    - {name: data, mountPath: /data, readOnly: true, mountPropagation: HostToContainer}
    - {name: scratch, mountPath: /tmp}
    stdin: true
    stdinOnce: true
    tty: true
    securityContext:
      privileged: true
      capabilities: {add: [NET_ADMIN], drop: [ALL]}
)yaml";

// A Pod with more lines in its spec, from line 5 on, and more in its only container, from line 9.
std::string ManifestWith(const std::string& spec, const std::string& container = "") {
  return "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n" +
         (spec.empty() ? std::string("  restartPolicy: Never") : "  " + spec) +
         "\n  containers:\n  - name: main\n    image: busybox\n" +
         (container.empty() ? "" : "    " + container + "\n");
}

std::string FaultOf(const std::string& text) {
  try {
    ParsePods(text, "f");
    return "accepted";
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::INVALID_ARGUMENT);
    return e.what();
  }
}

TEST_CASE("all of a Pod that a node can act on is read") {
  Manifests manifests = ParsePods(kFull, "f");
  CHECK(manifests.warnings.empty());
  REQUIRE(manifests.pods.size() == 1);
  const Pod& pod = manifests.pods[0];
  CHECK(pod.FullName() == "shop/web");
  CHECK(pod.uid == "11-22");
  CHECK(pod.labels.at("app") == "web");
  CHECK(pod.annotations.at("kubernetes.io/target-runtime") == "vm");
  CHECK(pod.runtime_class == "vm");
  CHECK(pod.hostname == "front");
  CHECK(pod.host_network);
  CHECK(pod.dns_policy == "None");
  CHECK(pod.dns_config.options == std::vector<std::string>{"ndots:2", "edns0"});
  CHECK(pod.restart_policy == "Never");
  CHECK(pod.termination_grace_period == 5);
  CHECK(pod.security.run_as_user == 7);
  CHECK(pod.security.sysctls.at("a") == "1");
  REQUIRE(pod.volumes.size() == 2);
  CHECK(pod.volumes[0].host_path == "/srv/data");
  CHECK(pod.volumes[1].host_path.empty());
}

TEST_CASE("all of a container is read") {
  Pod pod = ParsePods(kFull, "f").pods[0];
  REQUIRE(pod.containers.size() == 1);
  const Container& container = pod.containers[0];
  CHECK(container.image == "busybox:1");
  CHECK(container.image_pull_policy == "Never");
  CHECK(container.command == std::vector<std::string>{"sh", "-c"});
  CHECK(container.args == std::vector<std::string>{"echo $(A)"});
  CHECK(container.env[1].field_path == "metadata.name");
  CHECK(container.ports[0].host_ip == "127.0.0.1");
  CHECK(container.ports[0].protocol == "UDP");
  CHECK(container.resources.limits.cpu == 1500);
  CHECK(container.resources.limits.memory == 64 << 20);
  CHECK(container.resources.requests.cpu == 500);
  CHECK(container.resources.requests.memory == 64 << 20);
  CHECK(container.volume_mounts[0].read_only);
  CHECK(container.volume_mounts[0].propagation == "HostToContainer");
  CHECK((container.is_stdin && container.stdin_once && container.tty));
  CHECK(container.security.privileged);
  CHECK(container.security.drop_capabilities == std::vector<std::string>{"ALL"});
}

TEST_CASE("a Pod without namespace and uid gets the default and a new one") {
  Pod first = ParsePods(ManifestWith(""), "f").pods[0];
  Pod second = ParsePods(ManifestWith(""), "f").pods[0];
  CHECK(first.pod_namespace == "default");
  CHECK(first.uid.size() == 36);
  CHECK(first.uid[14] == '4');
  CHECK(first.uid != second.uid);
}

TEST_CASE("a manifest may hold several Pods") {
  Manifests manifests = ParsePods(ManifestWith("") + "---\n" + ManifestWith("") + "---\n", "f");
  CHECK(manifests.pods.size() == 2);
}

TEST_CASE("what a node without API server can leave out is named in a warning") {
  Manifests manifests =
      ParsePods(ManifestWith("nodeName: n1", "livenessProbe: {exec: {command: [x]}}"), "f");
  CHECK(manifests.warnings ==
        std::vector<std::string>{
            "f:5:13: spec.nodeName: ignored: there is one node",
            "f:9:20: spec.containers[0].livenessProbe: ignored: it is the kubelet's to act on"});
}

TEST_CASE("what would mean something else without an API server is refused at its place") {
  CHECK(FaultOf(ManifestWith("initContainers: [{name: a}]")) ==
        "f:5:19: spec.initContainers: is not supported here");
  CHECK(FaultOf(ManifestWith("volumes: [{name: v, secret: {secretName: s}}]")) ==
        "f:5:31: spec.volumes[0].secret: is not supported here: only hostPath and emptyDir are");
  CHECK(FaultOf(ManifestWith("", "envFrom: [{configMapRef: {name: c}}]")) ==
        "f:9:14: spec.containers[0].envFrom: is not supported here: there is no API server");
  CHECK(FaultOf(ManifestWith("", "resources: {limits: {nvidia.com/gpu: 1}}")) ==
        "f:9:26: spec.containers[0].resources.limits.nvidia.com/gpu: is not supported here: only "
        "cpu and memory are");
  CHECK(FaultOf(ManifestWith("hostUsers: false")) ==
        "f:5:14: spec.hostUsers: user namespaces are not supported here");
  CHECK(FaultOf(ManifestWith("", "securityContext: {runAsNonRoot: true}")) ==
        "f:9:37: spec.containers[0].securityContext.runAsNonRoot: is not supported here");
}

TEST_CASE("the same keys are accepted where they say nothing") {
  CHECK(FaultOf(ManifestWith("initContainers: []")) == "accepted");
  CHECK(FaultOf(ManifestWith("", "securityContext: {runAsNonRoot: false}")) == "accepted");
  CHECK(FaultOf(ManifestWith("", "volumeDevices:")) == "accepted");
}

TEST_CASE("a Pod that is wrong is refused at its place") {
  CHECK(FaultOf("") == "f:1:1: holds no Pod");
  CHECK(FaultOf("kind: Pod") == "f:1:1: has no apiVersion");
  CHECK(FaultOf("apiVersion: apps/v1\nkind: Deployment") ==
        "f:1:13: apiVersion: must be one of v1, not \"apps/v1\"");
  CHECK(FaultOf("apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: {}") ==
        "f:3:11: metadata: has no name");
  CHECK(FaultOf("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}") ==
        "f:4:7: spec: has no containers");
  CHECK(FaultOf("apiVersion: v1\nkind: Pod\nmetadata: {name: ../a}\nspec: {}") ==
        "f:3:18: metadata.name: must be up to 253 lower-case letters, digits, \".\" and \"-\", "
        "not "
        "\"../a\"");
  CHECK(FaultOf("apiVersion: v1\nkind: Pod\nmetadata: {name: a, uid: ../b}\nspec: {}") ==
        "f:3:26: metadata.uid: must be letters, digits and \"-\", not \"../b\"");
  CHECK(FaultOf(ManifestWith("hostNetwrk: true")) ==
        "f:5:3: spec.hostNetwrk: unknown key; did you mean \"hostNetwork\"?");
  CHECK(FaultOf(ManifestWith("", "ports: [{hostPort: 80}]")) ==
        "f:9:13: spec.containers[0].ports[0]: has no containerPort");
  CHECK(FaultOf(ManifestWith("", "ports: [{containerPort: 70000}]")) ==
        "f:9:29: spec.containers[0].ports[0].containerPort: must be from 1 to 65535, not 70000");
  CHECK(FaultOf(ManifestWith("", "command: sh")) ==
        "f:9:14: spec.containers[0].command: must be a list");
  CHECK(FaultOf(ManifestWith("", "volumeMounts: [{name: v, mountPath: /v}]")) ==
        "f:5:3: spec: container \"main\" mounts \"v\", which is no volume of the pod");
  CHECK(FaultOf(ManifestWith("volumes: [{name: v, emptyDir: {}}]",
                             "volumeDevices: [{name: v, devicePath: /dev/v}]")) ==
        "f:5:3: spec: container \"main\" has the device \"v\", which is no hostPath volume of the "
        "pod");
  CHECK(FaultOf(ManifestWith("", "volumeDevices: [{name: v, devicePath: v}]")) ==
        "f:9:43: spec.containers[0].volumeDevices[0].devicePath: must be an absolute path, not "
        "\"v\"");
  CHECK(FaultOf(ManifestWith("volumes: [{name: v}]")) ==
        "f:5:13: spec.volumes[0]: must have either hostPath or emptyDir");
  CHECK(FaultOf(ManifestWith("", "resources: {limits: {cpu: 1}, requests: {cpu: 2}}")) ==
        "f:9:16: spec.containers[0].resources: the cpu request is larger than the limit");
  CHECK(FaultOf(ManifestWith("") + "  - {name: main, image: b}\n") ==
        "f:9:5: spec.containers[1]: a second container \"main\"");
}

}  // namespace
}  // namespace crimux::ctl
