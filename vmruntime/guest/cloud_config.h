#pragma once

#include <boost/json/object.hpp>

#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// What we ask of cloud-init on the pod's behalf, before the pod's own user-data: files, mounts,
// and, with NoCloud, the network's configuration at every boot.
boost::json::object CloudConfig(const SeedSpec& spec);

// As the text that cloud-init knows by its first line.
std::string CloudConfigText(const boost::json::object& config);

}  // namespace crimux::vm
