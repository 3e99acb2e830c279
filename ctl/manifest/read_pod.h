#pragma once

#include <string>
#include <vector>

#include "ctl/manifest/pod.h"

namespace crimux::ctl {

struct Manifests {
  std::vector<Pod> pods;
  // "file:line:column: spec.nodeName: ignored: …", one for each part that is left out without
  // changing what runs.
  std::vector<std::string> warnings;
};

// The Pods in a manifest, one a document. A uid that is absent is made up. Throws Error
// (INVALID_ARGUMENT) with place and field for whatever is wrong, unknown, or would mean something
// that only an API server can give.
Manifests ParsePods(const std::string& text, const std::string& name);

}  // namespace crimux::ctl
