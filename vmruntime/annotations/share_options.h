#pragma once

#include "vmruntime/annotations/annotation_reader.h"

namespace crimux::vm {

enum class ShareMode { kVirtiofs, k9p, kNone };

// How the pod's mounts reach the guest.
struct ShareOptions {
  ShareMode mode = ShareMode::kVirtiofs;
  // 9p: QEMU's user becomes the owner of what isn't read-only.
  bool chown = false;
};

// Mounts as Virtlet had them are 9p: the annotation for their owner asks for it.
ShareOptions ReadShareOptions(const AnnotationReader& reader);

}  // namespace crimux::vm
