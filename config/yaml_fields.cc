#include "config/yaml_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <string>

namespace crimux {
namespace {

bool SameLetter(char a, char b) {
  return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
}

// Levenshtein's distance, upper and lower case taken as equal.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      size_t replaced = diagonal + (SameLetter(a[i], b[j]) ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

[[noreturn]] void RefuseKey(const YamlValue::Entry& entry, const std::vector<YamlField>& fields) {
  std::string_view nearest = NearestKey(entry.key, fields);
  if (nearest.empty()) entry.key_place.Fail("unknown key");
  entry.key_place.Fail(fmt::format("unknown key; did you mean \"{}\"?", nearest));
}

}  // namespace

std::string_view NearestKey(std::string_view key, const std::vector<YamlField>& fields) {
  std::string_view nearest;
  size_t best = std::max<size_t>(2, key.size() / 3) + 1;
  for (const YamlField& field : fields) {
    size_t distance = Distance(key, field.key);
    if (distance >= best || distance >= field.key.size()) continue;
    best = distance;
    nearest = field.key;
  }
  return nearest;
}

void ReadFields(const YamlValue& map, const std::vector<YamlField>& fields) {
  for (const YamlValue::Entry& entry : map.Entries()) {
    auto field = std::find_if(fields.begin(), fields.end(),
                              [&](const YamlField& f) { return f.key == entry.key; });
    if (field == fields.end()) RefuseKey(entry, fields);
    field->read(entry.value);
  }
}

}  // namespace crimux
