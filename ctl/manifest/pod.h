#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crimux::ctl {

// A Kubernetes Pod manifest, as far as a node can act on it without an API server. Names are those
// of the Pod API; defaults are those that its server would fill in.

struct EnvironmentVariable {
  std::string name;
  std::string value;
  // "metadata.name" and the like; the value is then that field's.
  std::string field_path;
};

struct ContainerPort {
  int32_t container_port = 0;
  int32_t host_port = 0;
  std::string host_ip;
  std::string protocol = "TCP";
  std::string name;
};

struct VolumeMount {
  std::string volume;
  std::string mount_path;
  bool read_only = false;
  // None, HostToContainer or Bidirectional.
  std::string propagation = "None";
};

// A block device of the node, which the container has as a device and not as a mount. In the Pod
// API its volume is a claim; here it is a hostPath.
struct VolumeDevice {
  std::string volume;
  std::string device_path;
};

// Milli-CPUs and bytes.
struct ResourceAmounts {
  std::optional<int64_t> cpu;
  std::optional<int64_t> memory;
};

struct Resources {
  ResourceAmounts limits;
  ResourceAmounts requests;
};

struct SeccompProfile {
  // RuntimeDefault, Unconfined or Localhost.
  std::string type;
  std::string localhost_profile;
};

struct ContainerSecurity {
  bool privileged = false;
  bool read_only_root_filesystem = false;
  std::optional<bool> allow_privilege_escalation;
  std::optional<int64_t> run_as_user;
  std::optional<int64_t> run_as_group;
  std::vector<std::string> add_capabilities;
  std::vector<std::string> drop_capabilities;
  std::optional<SeccompProfile> seccomp;
};

struct PodSecurity {
  std::optional<int64_t> run_as_user;
  std::optional<int64_t> run_as_group;
  std::optional<int64_t> fs_group;
  std::vector<int64_t> supplemental_groups;
  std::map<std::string, std::string> sysctls;
  std::optional<SeccompProfile> seccomp;
};

struct Container {
  std::string name;
  std::string image;
  // Always, IfNotPresent or Never.
  std::string image_pull_policy;
  std::vector<std::string> command;
  std::vector<std::string> args;
  std::string working_dir;
  std::vector<EnvironmentVariable> env;
  std::vector<ContainerPort> ports;
  std::vector<VolumeMount> volume_mounts;
  std::vector<VolumeDevice> volume_devices;
  Resources resources;
  ContainerSecurity security;
  bool is_stdin = false;
  bool stdin_once = false;
  bool tty = false;
  std::string termination_message_path = "/dev/termination-log";
  std::string termination_message_policy = "File";
};

struct Volume {
  std::string name;
  // Empty: an emptyDir.
  std::string host_path;
  // hostPath.type, such as "DirectoryOrCreate"; empty: no check.
  std::string host_path_type;
};

struct DnsConfig {
  std::vector<std::string> nameservers;
  std::vector<std::string> searches;
  // "ndots:5", or a name alone.
  std::vector<std::string> options;
};

struct Pod {
  std::string name;
  std::string pod_namespace = "default";
  std::string uid;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::string runtime_class;
  bool host_network = false;
  bool host_pid = false;
  bool host_ipc = false;
  bool share_process_namespace = false;
  std::string hostname;
  std::string dns_policy = "ClusterFirst";
  DnsConfig dns_config;
  std::string restart_policy = "Always";
  int64_t termination_grace_period = 30;
  PodSecurity security;
  std::vector<Volume> volumes;
  std::vector<Container> containers;

  // "namespace/name"
  std::string FullName() const { return pod_namespace + "/" + name; }
};

// The pod's volume of that name, owned by the pod; null if there is none.
inline const Volume* FindVolume(const Pod& pod, const std::string& name) {
  auto found = std::ranges::find(pod.volumes, name, &Volume::name);
  return found == pod.volumes.end() ? nullptr : &*found;
}

}  // namespace crimux::ctl
