#include <fmt/format.h>

#include "ctl/manifest/sections.h"

namespace crimux::ctl {
namespace {

constexpr std::string_view kKubelet = "it is the kubelet's to act on";

// valueFrom: only fields of the Pod itself are known here.
std::string ReadFieldPath(const YamlValue& value) {
  std::string path;
  auto read_field_ref = [&](const YamlValue& ref) {
    std::string version;
    ReadFields(ref, {Choice("apiVersion", &version, {"v1"}), Text("fieldPath", &path)});
    bool known = path == "metadata.name" || path == "metadata.namespace" ||
                 path == "metadata.uid" || path.starts_with("metadata.labels['") ||
                 path.starts_with("metadata.annotations['");
    if (!known) ref.Fail(fmt::format("field \"{}\" is not supported here", path));
  };
  constexpr std::string_view kNoServer = "is not supported here: there is no API server";
  ReadFields(value, {{"fieldRef", read_field_ref},
                     Unsupported("configMapKeyRef", kNoServer),
                     Unsupported("secretKeyRef", kNoServer),
                     Unsupported("resourceFieldRef")});
  return path;
}

EnvironmentVariable ReadVariable(const YamlValue& value) {
  EnvironmentVariable variable;
  ReadFields(value,
             {{"name", [&](const YamlValue& v) { variable.name = v.NonEmptyString(); }},
              Text("value", &variable.value),
              {"valueFrom", [&](const YamlValue& v) { variable.field_path = ReadFieldPath(v); }}});
  if (variable.name.empty()) value.Fail("has no name");
  if (variable.name.find('=') != std::string::npos) value.Fail("a name must not hold \"=\"");
  return variable;
}

ContainerPort ReadPort(const YamlValue& value) {
  ContainerPort port;
  auto number = [](const YamlValue& v) { return static_cast<int32_t>(v.Integer(1, 65535)); };
  ReadFields(value,
             {{"containerPort", [&](const YamlValue& v) { port.container_port = number(v); }},
              {"hostPort", [&](const YamlValue& v) { port.host_port = number(v); }},
              Text("hostIP", &port.host_ip),
              Text("name", &port.name),
              Choice("protocol", &port.protocol, {"TCP", "UDP", "SCTP"})});
  if (port.container_port == 0) value.Fail("has no containerPort");
  return port;
}

VolumeMount ReadMount(const YamlValue& value, Warnings* warnings) {
  VolumeMount mount;
  ReadFields(
      value,
      {{"name", [&](const YamlValue& v) { mount.volume = ReadName(v, false); }},
       {"mountPath", [&](const YamlValue& v) { mount.mount_path = v.AbsolutePath().string(); }},
       Flag("readOnly", &mount.read_only),
       Choice("mountPropagation", &mount.propagation, {"None", "HostToContainer", "Bidirectional"}),
       Ignored("recursiveReadOnly", warnings, "not all runtimes know it"),
       Unsupported("subPath"),
       Unsupported("subPathExpr")});
  if (mount.volume.empty()) value.Fail("has no name");
  if (mount.mount_path.empty()) value.Fail("has no mountPath");
  return mount;
}

VolumeDevice ReadDevice(const YamlValue& value) {
  VolumeDevice device;
  ReadFields(value, {{"name", [&](const YamlValue& v) { device.volume = ReadName(v, false); }},
                     {"devicePath", [&](const YamlValue& v) {
                        device.device_path = v.AbsolutePath().string();
                      }}});
  if (device.volume.empty()) value.Fail("has no name");
  if (device.device_path.empty()) value.Fail("has no devicePath");
  return device;
}

std::vector<YamlField> ListFields(Container* container, Warnings* warnings) {
  return {List("command", &container->command),
          List("args", &container->args),
          {"env",
           [=](const YamlValue& v) {
             for (const YamlValue& item : ReadList(v)) container->env.push_back(ReadVariable(item));
           }},
          {"ports",
           [=](const YamlValue& v) {
             for (const YamlValue& item : ReadList(v)) container->ports.push_back(ReadPort(item));
           }},
          {"volumeMounts",
           [=](const YamlValue& v) {
             for (const YamlValue& item : ReadList(v)) {
               container->volume_mounts.push_back(ReadMount(item, warnings));
             }
           }},
          {"volumeDevices", [=](const YamlValue& v) {
             for (const YamlValue& item : ReadList(v)) {
               container->volume_devices.push_back(ReadDevice(item));
             }
           }}};
}

std::vector<YamlField> PlainFields(Container* container, Warnings* warnings) {
  return {
      {"name", [=](const YamlValue& v) { container->name = ReadName(v, false); }},
      {"image", [=](const YamlValue& v) { container->image = v.NonEmptyString(); }},
      Choice("imagePullPolicy", &container->image_pull_policy, {"Always", "IfNotPresent", "Never"}),
      Text("workingDir", &container->working_dir),
      Flag("stdin", &container->is_stdin),
      Flag("stdinOnce", &container->stdin_once),
      Flag("tty", &container->tty),
      Text("terminationMessagePath", &container->termination_message_path),
      Choice("terminationMessagePolicy", &container->termination_message_policy,
             {"File", "FallbackToLogsOnError"}),
      {"resources", [=](const YamlValue& v) { container->resources = ReadResources(v, warnings); }},
      {"securityContext",
       [=](const YamlValue& v) { container->security = ReadContainerSecurity(v, warnings); }},
      Ignored("livenessProbe", warnings, kKubelet),
      Ignored("readinessProbe", warnings, kKubelet),
      Ignored("startupProbe", warnings, kKubelet),
      Ignored("resizePolicy", warnings, kKubelet),
      Unsupported("envFrom", "is not supported here: there is no API server"),
      Unsupported("lifecycle"),
      Unsupported("restartPolicy"),
      Unsupported("restartPolicyRules")};
}

}  // namespace

Container ReadContainer(const YamlValue& value, Warnings* warnings) {
  Container container;
  std::vector<YamlField> fields = PlainFields(&container, warnings);
  std::vector<YamlField> lists = ListFields(&container, warnings);
  fields.insert(fields.end(), lists.begin(), lists.end());
  ReadFields(value, fields);
  if (container.name.empty()) value.Fail("has no name");
  if (container.image.empty()) value.Fail("has no image");
  return container;
}

}  // namespace crimux::ctl
