#pragma once

#include <string>

#include <boost/json/value.hpp>

namespace crimux::vm {

// Values as YAML, so that any reader of YAML gets exactly them back: texts that could be taken for
// something else are in quotes.
std::string ToYaml(const boost::json::value& value);

}  // namespace crimux::vm
