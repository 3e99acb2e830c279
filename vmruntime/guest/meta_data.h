#pragma once

#include <boost/json/object.hpp>

#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// meta-data as NoCloud has it: instance-id, local-hostname, public-keys, and what the pod says
// instead.
boost::json::object MetaData(const SeedSpec& spec);

// OpenStack's meta_data.json: the same under both its names and NoCloud's.
boost::json::object OpenStackMetaData(const SeedSpec& spec);

}  // namespace crimux::vm
