#include "ctl/kubelet/container_security.h"

#include <array>
#include <string>

#include "ctl/kubelet/sandbox_config.h"

namespace crimux::ctl {
namespace {

using runtime::v1::LinuxContainerSecurityContext;

// What Kubernetes hides with procMount: Default.
constexpr std::array kMaskedPaths = {
    "/proc/asound",     "/proc/acpi",        "/proc/interrupts",
    "/proc/kcore",      "/proc/keys",        "/proc/latency_stats",
    "/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
    "/proc/scsi",       "/sys/firmware",     "/sys/devices/virtual/powercap"};
constexpr std::array kReadOnlyPaths = {"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
                                       "/proc/sysrq-trigger"};

void SetUser(const Pod& pod, const ContainerSecurity& security,
             LinuxContainerSecurityContext* context) {
  auto user = security.run_as_user ? security.run_as_user : pod.security.run_as_user;
  auto group = security.run_as_group ? security.run_as_group : pod.security.run_as_group;
  if (user) context->mutable_run_as_user()->set_value(*user);
  if (group) context->mutable_run_as_group()->set_value(*group);
  if (pod.security.fs_group) context->add_supplemental_groups(*pod.security.fs_group);
  for (int64_t id : pod.security.supplemental_groups) context->add_supplemental_groups(id);
}

void SetCapabilities(const ContainerSecurity& security, LinuxContainerSecurityContext* context) {
  if (security.add_capabilities.empty() && security.drop_capabilities.empty()) return;
  auto* capabilities = context->mutable_capabilities();
  for (const std::string& name : security.add_capabilities) {
    capabilities->add_add_capabilities(name);
  }
  for (const std::string& name : security.drop_capabilities) {
    capabilities->add_drop_capabilities(name);
  }
}

}  // namespace

LinuxContainerSecurityContext ToContainerSecurity(const Pod& pod, const Container& container) {
  const ContainerSecurity& security = container.security;
  LinuxContainerSecurityContext context;
  context.set_privileged(security.privileged);
  context.set_readonly_rootfs(security.read_only_root_filesystem);
  context.set_no_new_privs(!security.allow_privilege_escalation.value_or(true));
  *context.mutable_namespace_options() = ToNamespaceOptions(pod);
  *context.mutable_seccomp() =
      ToSecurityProfile(security.seccomp ? security.seccomp : pod.security.seccomp);
  SetUser(pod, security, &context);
  SetCapabilities(security, &context);
  for (const char* path : kMaskedPaths) context.add_masked_paths(path);
  for (const char* path : kReadOnlyPaths) context.add_readonly_paths(path);
  return context;
}

}  // namespace crimux::ctl
