#pragma once

#include <yaml-cpp/yaml.h>

#include <string_view>

#include <boost/json/value.hpp>

namespace crimux::vm {

// YAML as values. Words without quotes are what cloud-init's own reader takes them for: yes and on
// are true, 0644 is octal. Aliases and merge keys ("<<") are resolved; of two equal keys the last
// one counts. Throws std::invalid_argument with the reason for what cannot be values: tags of
// programs, keys that are no text, numbers beyond 64 bits, documents that unfold into too much.
boost::json::value ToJson(const YAML::Node& node);

// What a word without quotes means: null, a boolean, a number, or the text itself. Throws
// std::invalid_argument for a number beyond 64 bits.
boost::json::value PlainScalar(std::string_view text);

}  // namespace crimux::vm
