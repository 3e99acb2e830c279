#pragma once

#include "base/rollback.h"
#include "ctl/kubelet/node.h"
#include "ctl/manifest/pod.h"
#include "runtime/v1/api.pb.h"

namespace crimux::ctl {

// Makes the folders of a pod's logs and emptyDir volumes, and looks at its hostPath volumes as
// their types demand. What is made is undone through `rollback`. Throws Error.
void MakePodFolders(const Pod& pod, const Node& node, Rollback& rollback);

// Removes the folders of a sandbox that `crimuxctl run` made; of any other's, none.
void RemovePodFolders(const runtime::v1::PodSandbox& sandbox);

}  // namespace crimux::ctl
