#pragma once

#include <string>

#include "ctl/doctor/host.h"

namespace crimux::ctl {

// `kubectl get runtimeclasses -o json` with `kubeconfig`, or, if that is empty, with the host's
// /etc/kubernetes/admin.conf or kubelet.conf. Throws Error: NOT_FOUND without kubectl or any
// kubeconfig, UNAVAILABLE when the API server can't be asked.
std::string AskRuntimeClasses(const Host& host, const std::string& kubeconfig);

}  // namespace crimux::ctl
