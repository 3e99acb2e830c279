#pragma once

#include <boost/json/object.hpp>

namespace crimux::vm {

// `over` merged over `base`: maps key by key, at any depth; lists are appended to those of the
// base; anything else takes the place of the base's. docs/cloud-init.md promises it so.
boost::json::object MergeMaps(boost::json::object base, const boost::json::object& over);

}  // namespace crimux::vm
