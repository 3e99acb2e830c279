#include "ctl/manifest/read_pod.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/id.h"
#include "ctl/manifest/sections.h"

namespace crimux::ctl {
namespace {

constexpr std::string_view kScheduling = "there is one node";
constexpr std::string_view kNoServer = "there is no API server";

// A random UUID (version 4).
std::string NewUid() {
  std::string hex = NewId().substr(0, 32);
  hex[12] = '4';
  hex[16] = "89ab"[(hex[16] < 'a' ? hex[16] - '0' : hex[16] - 'a' + 10) % 4];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

// The uid becomes part of paths.
std::string ReadUid(const YamlValue& value) {
  std::string uid = value.NonEmptyString();
  bool good = uid.size() <= 64 && std::all_of(uid.begin(), uid.end(), [](unsigned char c) {
                return std::isalnum(c) != 0 || c == '-';
              });
  if (!good) value.Fail(fmt::format("must be letters, digits and \"-\", not \"{}\"", uid));
  return uid;
}

void ReadMetadata(const YamlValue& value, Pod* pod, Warnings* warnings) {
  std::vector<YamlField> fields = {
      {"name", [&](const YamlValue& v) { pod->name = ReadName(v, true); }},
      {"namespace", [&](const YamlValue& v) { pod->pod_namespace = ReadName(v, false); }},
      {"uid", [&](const YamlValue& v) { pod->uid = ReadUid(v); }},
      {"labels", [&](const YamlValue& v) { pod->labels = ReadStringMap(v); }},
      {"annotations", [&](const YamlValue& v) { pod->annotations = ReadStringMap(v); }},
      Unsupported("generateName", "is not supported here: give a name")};
  for (std::string_view key : {"creationTimestamp", "deletionTimestamp", "finalizers", "generation",
                               "managedFields", "ownerReferences", "resourceVersion", "selfLink"}) {
    fields.push_back(Ignored(key, warnings, kNoServer));
  }
  ReadFields(value, fields);
  if (pod->name.empty()) value.Fail("has no name");
}

void ReadContainers(const YamlValue& value, Pod* pod, Warnings* warnings) {
  std::set<std::string> names;
  for (const YamlValue& item : ReadList(value)) {
    pod->containers.push_back(ReadContainer(item, warnings));
    const std::string& name = pod->containers.back().name;
    if (!names.insert(name).second) item.Fail(fmt::format("a second container \"{}\"", name));
  }
}

void ReadVolumes(const YamlValue& value, Pod* pod, Warnings* warnings) {
  for (const YamlValue& item : ReadList(value)) pod->volumes.push_back(ReadVolume(item, warnings));
}

std::vector<YamlField> OmittedSpecFields(Warnings* warnings) {
  std::vector<YamlField> fields;
  for (std::string_view key : {"affinity", "nodeName", "nodeSelector", "overhead",
                               "preemptionPolicy", "priority", "priorityClassName", "schedulerName",
                               "schedulingGates", "tolerations", "topologySpreadConstraints"}) {
    fields.push_back(Ignored(key, warnings, kScheduling));
  }
  for (std::string_view key :
       {"automountServiceAccountToken", "enableServiceLinks", "imagePullSecrets", "os",
        "readinessGates", "serviceAccount", "serviceAccountName", "subdomain"}) {
    fields.push_back(Ignored(key, warnings, kNoServer));
  }
  for (std::string_view key :
       {"activeDeadlineSeconds", "ephemeralContainers", "hostAliases", "initContainers",
        "resourceClaims", "resources", "setHostnameAsFQDN"}) {
    fields.push_back(Unsupported(key));
  }
  return fields;
}

std::vector<YamlField> SpecFields(Pod* pod, Warnings* warnings) {
  std::vector<YamlField> fields = OmittedSpecFields(warnings);
  std::vector<YamlField> acted_on = {
      {"containers", [=](const YamlValue& v) { ReadContainers(v, pod, warnings); }},
      {"volumes", [=](const YamlValue& v) { ReadVolumes(v, pod, warnings); }},
      Text("runtimeClassName", &pod->runtime_class),
      Flag("hostNetwork", &pod->host_network),
      Flag("hostPID", &pod->host_pid),
      Flag("hostIPC", &pod->host_ipc),
      Flag("shareProcessNamespace", &pod->share_process_namespace),
      {"hostUsers",
       [](const YamlValue& v) {
         if (!v.IsNull() && !v.Bool()) v.Fail("user namespaces are not supported here");
       }},
      {"hostname", [=](const YamlValue& v) { pod->hostname = ReadName(v, false); }},
      Choice("dnsPolicy", &pod->dns_policy,
             {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"}),
      {"dnsConfig", [=](const YamlValue& v) { pod->dns_config = ReadDnsConfig(v); }},
      Choice("restartPolicy", &pod->restart_policy, {"Always", "OnFailure", "Never"}),
      {"terminationGracePeriodSeconds",
       [=](const YamlValue& v) { pod->termination_grace_period = v.Integer(0, 86'400'000); }},
      {"securityContext",
       [=](const YamlValue& v) { pod->security = ReadPodSecurity(v, warnings); }}};
  fields.insert(fields.end(), acted_on.begin(), acted_on.end());
  return fields;
}

// Every mount must name a volume of the pod, and every device one that can be a block device.
void CheckVolumes(const YamlValue& spec, const Pod& pod) {
  for (const Container& container : pod.containers) {
    for (const VolumeMount& mount : container.volume_mounts) {
      if (FindVolume(pod, mount.volume) != nullptr) continue;
      spec.Fail(fmt::format("container \"{}\" mounts \"{}\", which is no volume of the pod",
                            container.name, mount.volume));
    }
    for (const VolumeDevice& device : container.volume_devices) {
      const Volume* volume = FindVolume(pod, device.volume);
      if (volume != nullptr && !volume->host_path.empty()) continue;
      spec.Fail(
          fmt::format("container \"{}\" has the device \"{}\", which is no hostPath volume of "
                      "the pod",
                      container.name, device.volume));
    }
  }
}

Pod ReadPod(const YamlValue& document, Warnings* warnings) {
  Pod pod;
  std::string version;
  std::string kind;
  std::optional<YamlValue> metadata;
  std::optional<YamlValue> spec;
  ReadFields(document, {Choice("apiVersion", &version, {"v1"}),
                        Choice("kind", &kind, {"Pod"}),
                        {"metadata", [&](const YamlValue& v) { metadata = v; }},
                        {"spec", [&](const YamlValue& v) { spec = v; }},
                        Ignored("status", warnings, kNoServer)});
  if (version.empty()) document.Fail("has no apiVersion");
  if (kind.empty()) document.Fail("has no kind");
  if (!metadata) document.Fail("has no metadata");
  if (!spec) document.Fail("has no spec");
  ReadMetadata(*metadata, &pod, warnings);
  ReadFields(*spec, SpecFields(&pod, warnings));
  if (pod.containers.empty()) spec->Fail("has no containers");
  CheckVolumes(*spec, pod);
  if (pod.uid.empty()) pod.uid = NewUid();
  return pod;
}

}  // namespace

Manifests ParsePods(const std::string& text, const std::string& name) {
  Manifests manifests;
  for (const YamlValue& document : YamlValue::ParseAll(text, name)) {
    if (document.IsNull()) continue;
    manifests.pods.push_back(ReadPod(document, &manifests.warnings));
  }
  if (manifests.pods.empty()) YamlValue::Parse("", name).Fail("holds no Pod");
  return manifests;
}

}  // namespace crimux::ctl
