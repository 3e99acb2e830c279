#include "vmruntime/guest/mounted_data.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "vmruntime/guest/beneath.h"

namespace crimux::vm {
namespace {

constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;

// The kubelet's folder for volumes of this kind, and the volume's field in a manifest.
std::string VolumePlugin(DataSource::Kind kind) {
  return kind == DataSource::Kind::kSecret ? "kubernetes.io~secret" : "kubernetes.io~configmap";
}
std::string VolumeField(const DataSource& source) {
  return source.kind == DataSource::Kind::kSecret
             ? fmt::format("secret: {{secretName: {}}}", source.name)
             : fmt::format("configMap: {{name: {}}}", source.name);
}

std::string Text(const DataSource& source) {
  switch (source.kind) {
    case DataSource::Kind::kConfigMap:
      return "configmap/" + source.name;
    case DataSource::Kind::kSecret:
      return "secret/" + source.name;
    case DataSource::Kind::kMount:
      break;
  }
  return "mount:" + source.path.string();
}

bool IsWanted(const DataSource& source, const PodMount& mount) {
  if (source.kind == DataSource::Kind::kMount) return mount.container_path == source.path;
  return mount.host_path.filename() == source.name &&
         mount.host_path.parent_path().filename() == VolumePlugin(source.kind);
}

std::string HowToMount(const DataSource& source) {
  if (source.kind == DataSource::Kind::kMount) {
    return fmt::format("the container mounts nothing at {}", source.path.string());
  }
  return fmt::format(
      "the container mounts no such volume; it is read from the pod's own mounts: add "
      "\"volumes: [{{name: {0}, {1}}}]\" to the pod and \"volumeMounts: [{{name: {0}, "
      "mountPath: /run/{0}}}]\" to the container, or name another mount as mount:/PATH",
      source.name, VolumeField(source));
}

}  // namespace

MountedData::MountedData(const Annotation& annotation, const DataSource& source,
                         const PodMounts& mounts)
    : annotation_(annotation.name), source_(Text(source)) {
  auto found =
      std::ranges::find_if(mounts, [&](const PodMount& mount) { return IsWanted(source, mount); });
  if (found == mounts.end()) Refuse(HowToMount(source));
  folder_ = found->host_path;
}

std::string MountedData::Read(const std::string& key) const {
  auto value = Beneath(folder_).Read(key);
  if (!value) Refuse(fmt::format("it has no key {}", key));
  return *std::move(value);
}

std::map<std::string, std::string> MountedData::ReadAll() const {
  Beneath folder(folder_);
  std::map<std::string, std::string> all;
  for (const std::string& name : folder.Names()) {
    if (folder.IsFolder(name)) continue;
    if (auto value = folder.Read(name)) all.emplace(name, *std::move(value));
  }
  return all;
}

void MountedData::Refuse(const std::string& reason) const {
  throw Error(kInvalid, fmt::format("follow annotation {} with", annotation_), source_, reason);
}

}  // namespace crimux::vm
