#pragma once

#include <yaml-cpp/yaml.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crimux {

// One value of a YAML file together with where it stands, so that whoever finds fault with it can
// say so: every reading function throws Error (INVALID_ARGUMENT)
//   file:line:column: runtimes[0].timeout: must be a duration such as "30s", not "soon"
// Values are cheap to copy and share the document.
class YamlValue {
 public:
  struct Entry;

  // The one document in `text`; an empty one is null. `name` stands for the file in messages.
  static YamlValue Parse(const std::string& text, const std::string& name);
  // All documents in `text`, which "---" separates.
  static std::vector<YamlValue> ParseAll(const std::string& text, const std::string& name);

  // For faults that the caller finds; `what` follows the place and the path.
  [[noreturn]] void Fail(std::string_view what) const;
  // "file:line:column"
  std::string Place() const;
  // "runtimes[0].timeout"; empty for the document itself.
  const std::string& path() const { return path_; }

  bool IsNull() const { return node_.IsNull(); }
  bool IsMap() const { return node_.IsMap(); }
  bool IsList() const { return node_.IsSequence(); }

  // A scalar as it is written; never null.
  std::string String() const;
  std::string NonEmptyString() const;
  bool Bool() const;
  int64_t Integer(int64_t min, int64_t max) const;
  // One of `allowed`.
  std::string Choice(const std::vector<std::string_view>& allowed) const;
  std::filesystem::path AbsolutePath() const;
  std::chrono::milliseconds Duration(std::chrono::milliseconds min,
                                     std::chrono::milliseconds max) const;
  // A Kubernetes quantity times `scale`; both bounds are in the scaled unit.
  int64_t Quantity(int64_t min, int64_t max, int64_t scale = 1) const;

  // The items of a list; a single value is a list of one; null is empty.
  std::vector<YamlValue> Items() const;
  // Items, each a scalar that is not empty.
  std::vector<std::string> Strings() const;
  // The entries of a mapping in the order of the file; null is empty. A key that appears twice is
  // a fault.
  std::vector<Entry> Entries() const;

 private:
  // `around` is the place of what holds the value, for values that have none of their own: yaml-cpp
  // does not know where a null stands.
  YamlValue(std::shared_ptr<const std::string> file, std::string path, YAML::Node node,
            const YAML::Mark& around);

  std::shared_ptr<const std::string> file_;
  std::string path_;
  YAML::Node node_;
  YAML::Mark mark_;
};

struct YamlValue::Entry {
  std::string key;
  // Stands where the key stands, for faults of the key itself.
  YamlValue key_place;
  YamlValue value;
};

}  // namespace crimux
