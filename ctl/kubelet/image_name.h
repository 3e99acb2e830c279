#pragma once

#include <string>

namespace crimux::ctl {

// The name under which the kubelet asks for an image: ":latest" is added where there is neither tag
// nor digest. Throws Error (INVALID_ARGUMENT) for what is no image reference.
std::string NormalImageName(const std::string& image);

// Always for ":latest", else IfNotPresent; for a container that names no imagePullPolicy.
std::string DefaultPullPolicy(const std::string& image);

}  // namespace crimux::ctl
