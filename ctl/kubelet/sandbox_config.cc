#include "ctl/kubelet/sandbox_config.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ctl/kubelet/dns.h"
#include "ctl/kubelet/names.h"

namespace crimux::ctl {
namespace {

using runtime::v1::PodSandboxConfig;

constexpr size_t kLongestHostname = 63;

std::string Hostname(const Pod& pod) {
  std::string hostname = pod.hostname.empty() ? pod.name : pod.hostname;
  if (hostname.size() > kLongestHostname) hostname.resize(kLongestHostname);
  while (hostname.ends_with('-') || hostname.ends_with('.')) hostname.pop_back();
  return hostname;
}

std::string Timestamp(std::chrono::system_clock::time_point time) {
  auto nanoseconds =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:09}Z",
                     fmt::gmtime(static_cast<std::time_t>(nanoseconds / 1'000'000'000)),
                     nanoseconds % 1'000'000'000);
}

void SetLabels(const Pod& pod, PodSandboxConfig* config) {
  auto& labels = *config->mutable_labels();
  labels.insert(pod.labels.begin(), pod.labels.end());
  labels[kPodNameLabel] = pod.name;
  labels[kPodNamespaceLabel] = pod.pod_namespace;
  labels[kPodUidLabel] = pod.uid;
  labels[kManagedByLabel] = kManagedByValue;
}

void SetAnnotations(const Pod& pod, const Node& node, PodSandboxConfig* config) {
  auto& annotations = *config->mutable_annotations();
  annotations.insert(pod.annotations.begin(), pod.annotations.end());
  annotations["kubernetes.io/config.seen"] = Timestamp(node.now);
  annotations["kubernetes.io/config.source"] = "file";
  annotations[kRestartPolicyAnnotation] = pod.restart_policy;
  annotations[kLogDirectoryAnnotation] = LogDirectory(pod, node);
  annotations[kPodDirectoryAnnotation] = PodDirectory(pod, node);
}

void SetDns(const DnsConfig& dns, runtime::v1::DNSConfig* config) {
  *config->mutable_servers() = {dns.nameservers.begin(), dns.nameservers.end()};
  *config->mutable_searches() = {dns.searches.begin(), dns.searches.end()};
  *config->mutable_options() = {dns.options.begin(), dns.options.end()};
}

runtime::v1::Protocol ToProtocol(const std::string& name) {
  if (name == "UDP") return runtime::v1::UDP;
  if (name == "SCTP") return runtime::v1::SCTP;
  return runtime::v1::TCP;
}

void AddPorts(const Pod& pod, PodSandboxConfig* config) {
  for (const Container& container : pod.containers) {
    for (const ContainerPort& port : container.ports) {
      runtime::v1::PortMapping* mapping = config->add_port_mappings();
      mapping->set_protocol(ToProtocol(port.protocol));
      mapping->set_container_port(port.container_port);
      mapping->set_host_port(port.host_port);
      mapping->set_host_ip(port.host_ip);
    }
  }
}

void SetLinux(const Pod& pod, const Node& node, runtime::v1::LinuxPodSandboxConfig* config) {
  config->set_cgroup_parent(node.cgroup_parent);
  config->mutable_sysctls()->insert(pod.security.sysctls.begin(), pod.security.sysctls.end());
  auto* context = config->mutable_security_context();
  *context->mutable_namespace_options() = ToNamespaceOptions(pod);
  context->mutable_seccomp()->set_profile_type(runtime::v1::SecurityProfile::RuntimeDefault);
  context->set_privileged(std::any_of(pod.containers.begin(), pod.containers.end(),
                                      [](const Container& c) { return c.security.privileged; }));
  const PodSecurity& security = pod.security;
  if (security.run_as_user) context->mutable_run_as_user()->set_value(*security.run_as_user);
  if (security.run_as_group) context->mutable_run_as_group()->set_value(*security.run_as_group);
  if (security.fs_group) context->add_supplemental_groups(*security.fs_group);
  for (int64_t group : security.supplemental_groups) context->add_supplemental_groups(group);
}

}  // namespace

std::filesystem::path LogDirectory(const Pod& pod, const Node& node) {
  return node.log_root / fmt::format("{}_{}_{}", pod.pod_namespace, pod.name, pod.uid);
}

std::filesystem::path PodDirectory(const Pod& pod, const Node& node) {
  return node.pod_root / pod.uid;
}

runtime::v1::NamespaceOption ToNamespaceOptions(const Pod& pod) {
  using runtime::v1::NamespaceMode;
  runtime::v1::NamespaceOption options;
  options.set_network(pod.host_network ? NamespaceMode::NODE : NamespaceMode::POD);
  options.set_ipc(pod.host_ipc ? NamespaceMode::NODE : NamespaceMode::POD);
  options.set_pid(pod.share_process_namespace ? NamespaceMode::POD : NamespaceMode::CONTAINER);
  if (pod.host_pid) options.set_pid(NamespaceMode::NODE);
  return options;
}

runtime::v1::SecurityProfile ToSecurityProfile(const std::optional<SeccompProfile>& profile) {
  using runtime::v1::SecurityProfile;
  SecurityProfile result;
  result.set_profile_type(SecurityProfile::Unconfined);
  if (!profile) return result;
  if (profile->type == "RuntimeDefault") result.set_profile_type(SecurityProfile::RuntimeDefault);
  if (profile->type == "Localhost") {
    result.set_profile_type(SecurityProfile::Localhost);
    result.set_localhost_ref("/var/lib/kubelet/seccomp/" + profile->localhost_profile);
  }
  return result;
}

PodSandboxConfig ToSandboxConfig(const Pod& pod, const Node& node, const std::string& resolv_conf) {
  PodSandboxConfig config;
  config.mutable_metadata()->set_name(pod.name);
  config.mutable_metadata()->set_namespace_(pod.pod_namespace);
  config.mutable_metadata()->set_uid(pod.uid);
  if (!pod.host_network) config.set_hostname(Hostname(pod));
  config.set_log_directory(LogDirectory(pod, node));
  SetDns(PodDns(pod, resolv_conf), config.mutable_dns_config());
  AddPorts(pod, &config);
  SetLabels(pod, &config);
  SetAnnotations(pod, node, &config);
  SetLinux(pod, node, config.mutable_linux());
  return config;
}

}  // namespace crimux::ctl
