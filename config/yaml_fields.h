#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "config/yaml_value.h"

namespace crimux {

// A key that a mapping may have, and what to do with its value.
struct YamlField {
  std::string_view key;
  std::function<void(const YamlValue&)> read;
};

// Reads a mapping in the order of the file, so that the first fault is reported. A key that is in
// none of `fields` is a fault, which names the nearest one that is. Null is an empty mapping.
void ReadFields(const YamlValue& map, const std::vector<YamlField>& fields);

// The key nearest to `key` among those of `fields`, or empty when none is close.
std::string_view NearestKey(std::string_view key, const std::vector<YamlField>& fields);

}  // namespace crimux
