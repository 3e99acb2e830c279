#pragma once

#include <string>

#include "vmruntime/annotations/annotation_reader.h"

namespace crimux::vm {

enum class ExecWay { kAuto, kAgent, kSsh, kNone };

// How commands get into the guest.
struct ExecOptions {
  ExecWay way = ExecWay::kAuto;
  std::string ssh_user = "root";
  // A private key among the pod's mounts, as a path in the container; empty: the node's own key.
  std::string ssh_key;

  bool UsesNodeKey() const {
    return ssh_key.empty() && (way == ExecWay::kAuto || way == ExecWay::kSsh);
  }
};

ExecOptions ReadExecOptions(const AnnotationReader& reader);

}  // namespace crimux::vm
