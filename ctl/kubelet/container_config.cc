#include "ctl/kubelet/container_config.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include <boost/json.hpp>

#include "ctl/kubelet/container_security.h"
#include "ctl/kubelet/expand.h"
#include "ctl/kubelet/names.h"
#include "ctl/kubelet/resources.h"

namespace crimux::ctl {
namespace {

using runtime::v1::ContainerConfig;
using Variables = std::map<std::string, std::string>;

// "metadata.labels['app']": the map's value under the quoted key.
std::string Quoted(const std::string& path, const std::map<std::string, std::string>& map) {
  size_t first = path.find('\'');
  size_t last = path.rfind('\'');
  auto found = map.find(path.substr(first + 1, last - first - 1));
  return found == map.end() ? "" : found->second;
}

std::string FieldValue(const Pod& pod, const std::string& path) {
  if (path == "metadata.name") return pod.name;
  if (path == "metadata.namespace") return pod.pod_namespace;
  if (path == "metadata.uid") return pod.uid;
  return Quoted(path, path.starts_with("metadata.labels") ? pod.labels : pod.annotations);
}

// A value may use the variables before it. A name that comes twice has its last value.
Variables AddEnvironment(const Pod& pod, const Container& container, ContainerConfig* config) {
  Variables variables;
  std::vector<std::string> order;
  for (const EnvironmentVariable& variable : container.env) {
    std::string value = variable.field_path.empty() ? Expand(variable.value, variables)
                                                    : FieldValue(pod, variable.field_path);
    if (variables.insert_or_assign(variable.name, value).second) order.push_back(variable.name);
  }
  for (const std::string& name : order) {
    runtime::v1::KeyValue* entry = config->add_envs();
    entry->set_key(name);
    entry->set_value(variables.at(name));
  }
  return variables;
}

void AddCommand(const Container& container, const Variables& variables, ContainerConfig* config) {
  for (const std::string& word : container.command) config->add_command(Expand(word, variables));
  for (const std::string& word : container.args) config->add_args(Expand(word, variables));
}

runtime::v1::MountPropagation ToPropagation(const std::string& name) {
  if (name == "HostToContainer") return runtime::v1::PROPAGATION_HOST_TO_CONTAINER;
  if (name == "Bidirectional") return runtime::v1::PROPAGATION_BIDIRECTIONAL;
  return runtime::v1::PROPAGATION_PRIVATE;
}

void AddMounts(const Pod& pod, const Container& container, const Node& node,
               ContainerConfig* config) {
  for (const VolumeMount& mount : container.volume_mounts) {
    const Volume* volume = FindVolume(pod, mount.volume);
    bool empty_dir = volume->host_path.empty();
    runtime::v1::Mount* entry = config->add_mounts();
    entry->set_container_path(mount.mount_path);
    entry->set_host_path(empty_dir ? EmptyDirectory(pod, volume->name, node).string()
                                   : volume->host_path);
    entry->set_readonly(mount.read_only);
    entry->set_propagation(ToPropagation(mount.propagation));
  }
}

// As the kubelet gives block volumes to containers.
void AddDevices(const Pod& pod, const Container& container, ContainerConfig* config) {
  for (const VolumeDevice& device : container.volume_devices) {
    runtime::v1::Device* entry = config->add_devices();
    entry->set_host_path(FindVolume(pod, device.volume)->host_path);
    entry->set_container_path(device.device_path);
    entry->set_permissions("mrw");
  }
}

std::string PortsJson(const Container& container) {
  boost::json::array ports;
  for (const ContainerPort& port : container.ports) {
    boost::json::object entry;
    if (!port.name.empty()) entry["name"] = port.name;
    if (port.host_port != 0) entry["hostPort"] = port.host_port;
    entry["containerPort"] = port.container_port;
    entry["protocol"] = port.protocol;
    if (!port.host_ip.empty()) entry["hostIP"] = port.host_ip;
    ports.push_back(std::move(entry));
  }
  return boost::json::serialize(ports);
}

// Tells one version of a container's definition from another, as the kubelet's hash does.
std::string Hash(const ContainerConfig& config) {
  std::string words = config.image().user_specified_image();
  auto add = [&words](char kind, const std::string& word) {
    words.push_back(kind);
    words += word;
  };
  for (const std::string& word : config.command()) add('\0', word);
  for (const std::string& word : config.args()) add('\1', word);
  for (const auto& variable : config.envs()) {
    add('\2', variable.key());
    add('=', variable.value());
  }
  // FNV-1a, so that it is the same on every machine.
  uint32_t hash = 2166136261U;
  for (unsigned char c : words) hash = (hash ^ c) * 16777619U;
  return fmt::format("{:x}", hash);
}

void SetLabels(const Pod& pod, const Container& container, ContainerConfig* config) {
  auto& labels = *config->mutable_labels();
  labels[kPodNameLabel] = pod.name;
  labels[kPodNamespaceLabel] = pod.pod_namespace;
  labels[kPodUidLabel] = pod.uid;
  labels[kContainerNameLabel] = container.name;
}

void SetAnnotations(const Pod& pod, const Container& container, ContainerConfig* config) {
  auto& annotations = *config->mutable_annotations();
  annotations["io.kubernetes.container.hash"] = Hash(*config);
  annotations["io.kubernetes.container.restartCount"] = std::to_string(0);
  annotations["io.kubernetes.container.terminationMessagePath"] =
      container.termination_message_path;
  annotations["io.kubernetes.container.terminationMessagePolicy"] =
      container.termination_message_policy;
  annotations["io.kubernetes.pod.terminationGracePeriod"] =
      std::to_string(pod.termination_grace_period);
  if (!container.ports.empty()) {
    annotations["io.kubernetes.container.ports"] = PortsJson(container);
  }
}

}  // namespace

std::filesystem::path EmptyDirectory(const Pod& pod, const std::string& volume, const Node& node) {
  return node.pod_root / pod.uid / "volumes" / "kubernetes.io~empty-dir" / volume;
}

ContainerConfig ToContainerConfig(const Pod& pod, const Container& container,
                                  const std::string& image_ref, const Node& node) {
  ContainerConfig config;
  config.mutable_metadata()->set_name(container.name);
  config.mutable_image()->set_image(image_ref);
  config.mutable_image()->set_user_specified_image(container.image);
  Variables variables = AddEnvironment(pod, container, &config);
  AddCommand(container, variables, &config);
  config.set_working_dir(container.working_dir);
  AddMounts(pod, container, node, &config);
  AddDevices(pod, container, &config);
  SetLabels(pod, container, &config);
  SetAnnotations(pod, container, &config);
  config.set_log_path(container.name + "/0.log");
  config.set_stdin(container.is_stdin);
  config.set_stdin_once(container.stdin_once);
  config.set_tty(container.tty);
  auto* linux_config = config.mutable_linux();
  *linux_config->mutable_resources() = ToLinuxResources(pod, container, node.memory_capacity);
  *linux_config->mutable_security_context() = ToContainerSecurity(pod, container);
  return config;
}

}  // namespace crimux::ctl
