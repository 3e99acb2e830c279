#pragma once

#include <map>
#include <optional>
#include <string>

#include "vmruntime/annotations/annotation_reader.h"
#include "vmruntime/annotations/data_source.h"
#include "vmruntime/guest/pod_mounts.h"

namespace crimux::vm {

// Data that an annotation has from a ConfigMap or Secret, out of the pod's own mounts: crimuxd may
// read everything on the node, a pod's author may not. So nothing is read that doesn't lie in the
// mounted folder, whatever links lead out of it, and nothing but regular files of limited size.
class MountedData {
 public:
  // Throws Error (INVALID_ARGUMENT) that names the annotation and says how to mount what it wants.
  MountedData(const Annotation& annotation, const DataSource& source, const PodMounts& mounts);

  // One key's value. Throws Error (INVALID_ARGUMENT) when it isn't there.
  std::string Read(const std::string& key) const;
  // All keys with their values.
  std::map<std::string, std::string> ReadAll() const;

  // Throws Error (INVALID_ARGUMENT) about this source, for whoever knows what its data mean.
  [[noreturn]] void Refuse(const std::string& reason) const;

 private:
  std::string annotation_;
  std::string source_;
  std::filesystem::path folder_;
};

}  // namespace crimux::vm
