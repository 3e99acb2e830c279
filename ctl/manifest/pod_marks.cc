#include "ctl/manifest/pod_marks.h"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "ctl/manifest/sections.h"

namespace crimux::ctl {
namespace {

using Path = std::vector<std::string_view>;

std::optional<YamlValue> Child(const YamlValue& map, std::string_view key) {
  for (const YamlValue::Entry& entry : map.Entries()) {
    if (entry.key == key && !entry.value.IsNull()) return entry.value;
  }
  return std::nullopt;
}

std::optional<YamlValue> Descend(const YamlValue& from, const Path& path) {
  std::optional<YamlValue> value = from;
  for (std::string_view key : path) {
    value = Child(*value, key);
    if (!value) break;
  }
  return value;
}

std::string TextAt(const YamlValue& map, std::string_view key) {
  auto value = Child(map, key);
  return value ? value->String() : "";
}

// Where the Pod, or the template of one, lies in an object of that kind; nothing for others.
std::optional<Path> PathToPod(const std::string& kind) {
  static const std::map<std::string, Path> kPaths = {
      {"Pod", {}},
      {"PodTemplate", {"template"}},
      {"Deployment", {"spec", "template"}},
      {"ReplicaSet", {"spec", "template"}},
      {"ReplicationController", {"spec", "template"}},
      {"StatefulSet", {"spec", "template"}},
      {"DaemonSet", {"spec", "template"}},
      {"Job", {"spec", "template"}},
      {"CronJob", {"spec", "jobTemplate", "spec", "template"}}};
  auto found = kPaths.find(kind);
  if (found == kPaths.end()) return std::nullopt;
  return found->second;
}

void ReadMetadata(const YamlValue& pod, PodMarks* marks) {
  auto metadata = Child(pod, "metadata");
  if (!metadata) return;
  if (auto labels = Child(*metadata, "labels")) marks->labels = ReadStringMap(*labels);
  if (auto annotations = Child(*metadata, "annotations")) {
    marks->annotations = ReadStringMap(*annotations);
  }
}

void ReadImages(const YamlValue& spec, std::string_view key, PodMarks* marks) {
  auto containers = Child(spec, key);
  if (!containers) return;
  for (const YamlValue& container : ReadList(*containers)) {
    MarkedImage image{TextAt(container, "name"), TextAt(container, "image")};
    if (image.image.empty()) container.Fail("has no image");
    marks->images.push_back(std::move(image));
  }
}

PodMarks ReadPodMarks(const YamlValue& document, const std::string& kind, const Path& path) {
  PodMarks marks;
  if (auto metadata = Child(document, "metadata")) {
    marks.name = TextAt(*metadata, "name");
    std::string pod_namespace = TextAt(*metadata, "namespace");
    if (!pod_namespace.empty()) marks.pod_namespace = pod_namespace;
  }
  marks.title = fmt::format("{} {}/{}", kind, marks.pod_namespace, marks.name);
  auto pod = Descend(document, path);
  if (!pod) document.Fail("has no pod template");
  ReadMetadata(*pod, &marks);
  auto spec = Child(*pod, "spec");
  if (!spec) pod->Fail("has no spec");
  marks.runtime_class = TextAt(*spec, "runtimeClassName");
  ReadImages(*spec, "initContainers", &marks);
  ReadImages(*spec, "containers", &marks);
  return marks;
}

void ReadDocument(const YamlValue& document, MarkedManifests* manifests) {
  std::string kind = TextAt(document, "kind");
  if (kind.empty()) document.Fail("has no kind");
  if (kind == "RuntimeClass") {
    auto metadata = Child(document, "metadata");
    std::string name = metadata ? TextAt(*metadata, "name") : "";
    std::string handler = TextAt(document, "handler");
    if (name.empty()) document.Fail("has no name");
    if (handler.empty()) document.Fail("has no handler");
    manifests->handlers[name] = handler;
  } else if (auto path = PathToPod(kind)) {
    manifests->pods.push_back(ReadPodMarks(document, kind, *path));
  } else {
    manifests->notes.push_back(fmt::format("{}: kind {}: passed over", document.Place(), kind));
  }
}

}  // namespace

MarkedManifests ParseMarks(const std::string& text, const std::string& name) {
  MarkedManifests manifests;
  for (const YamlValue& document : YamlValue::ParseAll(text, name)) {
    if (!document.IsNull()) ReadDocument(document, &manifests);
  }
  if (manifests.pods.empty()) YamlValue::Parse("", name).Fail("holds no pod");
  return manifests;
}

}  // namespace crimux::ctl
