#include "vmruntime/annotations/yaml_json.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace crimux::vm {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr int kMostLevels = 100;
// Aliases of aliases unfold into more than anybody means.
constexpr int kMostNodes = 100'000;
constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";
constexpr std::string_view kMergeKey = "<<";

[[noreturn]] void Refuse(const YAML::Node& node, const std::string& reason) {
  YAML::Mark mark = node.Mark();
  if (mark.is_null()) throw std::invalid_argument(reason);
  throw std::invalid_argument(
      fmt::format("line {}, column {}: {}", mark.line + 1, mark.column + 1, reason));
}

class Converter {
 public:
  value Convert(const YAML::Node& node, int level) {
    if (level > kMostLevels) Refuse(node, "it is nested too deeply");
    if (++nodes_ > kMostNodes) Refuse(node, "its aliases unfold into too much");
    switch (node.Type()) {
      case YAML::NodeType::Sequence:
        return Sequence(node, level);
      case YAML::NodeType::Map:
        return Map(node, level);
      case YAML::NodeType::Scalar:
        return Scalar(node);
      default:
        return nullptr;
    }
  }

 private:
  value Scalar(const YAML::Node& node) {
    std::string_view tag = node.Tag();
    try {
      if (tag == "?" || tag.empty()) return PlainScalar(node.Scalar());
      if (tag == "!") return boost::json::string(node.Scalar());
      if (tag.starts_with(kStandardTag)) return Tagged(node, tag.substr(kStandardTag.size()));
    } catch (const std::invalid_argument& e) {
      Refuse(node, e.what());
    }
    Refuse(node, fmt::format("the tag {} means nothing here", tag));
  }

  static value Tagged(const YAML::Node& node, std::string_view type) {
    if (type == "str") return boost::json::string(node.Scalar());
    if (type == "int" || type == "float" || type == "bool" || type == "null") {
      return PlainScalar(node.Scalar());
    }
    throw std::invalid_argument(fmt::format("the tag !!{} means nothing here", type));
  }

  array Sequence(const YAML::Node& node, int level) {
    array list;
    for (const YAML::Node& item : node) list.push_back(Convert(item, level + 1));
    return list;
  }

  object Map(const YAML::Node& node, int level) {
    object merged;
    object own;
    for (const auto& entry : node) {
      const YAML::Node& key = entry.first;
      const YAML::Node& item = entry.second;
      if (key.IsNull()) {
        own.insert_or_assign("null", Convert(item, level + 1));
      } else if (!key.IsScalar()) {
        Refuse(node, "a key is no text");
      } else if (key.Scalar() == kMergeKey && key.Tag() == "?") {
        Merge(&merged, item, level);
      } else {
        own.insert_or_assign(key.Scalar(), Convert(item, level + 1));
      }
    }
    for (auto& [key, item] : merged) own.emplace(key, std::move(item));
    return own;
  }

  // What "<<" names: a map, or several of which the first wins.
  void Merge(object* into, const YAML::Node& node, int level) {
    value other = Convert(node, level + 1);
    array maps = other.is_array() ? std::move(other.get_array()) : array{std::move(other)};
    for (value& map : maps) {
      if (!map.is_object()) Refuse(node, "\"<<\" takes a map");
      for (auto& [key, item] : map.get_object()) into->emplace(key, std::move(item));
    }
  }

  int nodes_ = 0;
};

}  // namespace

value ToJson(const YAML::Node& node) { return Converter().Convert(node, 0); }

}  // namespace crimux::vm
