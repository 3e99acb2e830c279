#pragma once

#include <string>

#include "ctl/cri/client.h"
#include "ctl/kubelet/node.h"
#include "ctl/manifest/pod.h"

namespace crimux::ctl {

// Starts a pod as the kubelet would: looks whether the runtime is ready, gets the images, runs the
// sandbox, creates and starts each container. `handler` is the RuntimeClass handler. Returns the
// sandbox's id. Throws Error; what had been made by then is gone again, images excepted.
std::string RunPod(CriClient& client, const Pod& pod, const Node& node, const std::string& handler);

}  // namespace crimux::ctl
