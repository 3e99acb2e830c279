#include "config/yaml_value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.h"
#include "config/units.h"

namespace crimux {
namespace {

[[noreturn]] void FailAt(const std::string& place, std::string_view what) {
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, place, "", what);
}

std::string PlaceOf(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return file + ":1:1";
  return fmt::format("{}:{}:{}", file, mark.line + 1, mark.column + 1);
}

std::string_view TypeName(const YAML::Node& node) {
  if (node.IsMap()) return "a mapping";
  if (node.IsSequence()) return "a list";
  if (node.IsNull()) return "empty";
  return "a single value";
}

}  // namespace

YamlValue::YamlValue(std::shared_ptr<const std::string> file, std::string path, YAML::Node node,
                     const YAML::Mark& around)
    : file_(std::move(file)),
      path_(std::move(path)),
      node_(std::move(node)),
      mark_(node_.Mark().is_null() ? around : node_.Mark()) {}

std::vector<YamlValue> YamlValue::ParseAll(const std::string& text, const std::string& name) {
  auto file = std::make_shared<const std::string>(name);
  std::vector<YamlValue> documents;
  try {
    for (const YAML::Node& node : YAML::LoadAll(text)) documents.push_back({file, "", node, {}});
  } catch (const YAML::Exception& e) {
    FailAt(PlaceOf(name, e.mark), e.msg);
  }
  return documents;
}

YamlValue YamlValue::Parse(const std::string& text, const std::string& name) {
  std::vector<YamlValue> documents = ParseAll(text, name);
  if (documents.size() > 1) documents[1].Fail("a second document; one file holds one");
  if (!documents.empty()) return documents.front();
  return {std::make_shared<const std::string>(name), "", YAML::Node(), {}};
}

std::string YamlValue::Place() const { return PlaceOf(*file_, mark_); }

void YamlValue::Fail(std::string_view what) const {
  FailAt(Place(), path_.empty() ? std::string(what) : fmt::format("{}: {}", path_, what));
}

std::string YamlValue::String() const {
  if (!node_.IsScalar()) Fail(fmt::format("must be a single value, but is {}", TypeName(node_)));
  return node_.Scalar();
}

std::string YamlValue::NonEmptyString() const {
  std::string text = String();
  if (text.empty()) Fail("must not be empty");
  return text;
}

bool YamlValue::Bool() const {
  std::string text = String();
  // A quoted "true" is a string in YAML, and Kubernetes refuses it too.
  bool plain = node_.Tag() != "!";
  if (!plain || (text != "true" && text != "false")) {
    Fail(fmt::format("must be true or false, not \"{}\"", text));
  }
  return text == "true";
}

int64_t YamlValue::Integer(int64_t min, int64_t max) const {
  std::string text = String();
  int64_t number = 0;
  auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = fault == std::errc() && end == text.data() + text.size();
  if (!whole) Fail(fmt::format("must be an integer, not \"{}\"", text));
  if (number < min || number > max) {
    Fail(fmt::format("must be from {} to {}, not {}", min, max, number));
  }
  return number;
}

std::string YamlValue::Choice(const std::vector<std::string_view>& allowed) const {
  std::string text = String();
  if (std::find(allowed.begin(), allowed.end(), text) == allowed.end()) {
    Fail(fmt::format("must be one of {}, not \"{}\"", fmt::join(allowed, ", "), text));
  }
  return text;
}

std::filesystem::path YamlValue::AbsolutePath() const {
  std::filesystem::path path = String();
  if (!path.is_absolute()) {
    Fail(fmt::format("must be an absolute path, not \"{}\"", path.string()));
  }
  return path.lexically_normal();
}

std::chrono::milliseconds YamlValue::Duration(std::chrono::milliseconds min,
                                              std::chrono::milliseconds max) const {
  std::string text = String();
  std::optional<std::chrono::milliseconds> duration = ParseDuration(text);
  if (!duration) {
    Fail(fmt::format("must be a duration such as \"500ms\", \"30s\" or \"2m\", not \"{}\"", text));
  }
  if (*duration < min || *duration > max) {
    Fail(fmt::format("must be from {} to {}, not {}", FormatDuration(min), FormatDuration(max),
                     text));
  }
  return *duration;
}

int64_t YamlValue::Quantity(int64_t min, int64_t max, int64_t scale) const {
  std::string text = String();
  std::optional<int64_t> quantity = ParseQuantity(text, scale);
  if (!quantity) Fail(fmt::format("must be a quantity such as \"64Gi\", not \"{}\"", text));
  if (*quantity < min) Fail(fmt::format("is too small: {}", text));
  if (*quantity > max) Fail(fmt::format("is too large: {}", text));
  return *quantity;
}

std::vector<YamlValue> YamlValue::Items() const {
  if (IsNull()) return {};
  if (!node_.IsSequence()) return {*this};
  std::vector<YamlValue> items;
  for (const YAML::Node& item : node_) {
    items.push_back({file_, fmt::format("{}[{}]", path_, items.size()), item, mark_});
  }
  return items;
}

std::vector<std::string> YamlValue::Strings() const {
  std::vector<std::string> strings;
  for (const YamlValue& item : Items()) strings.push_back(item.NonEmptyString());
  return strings;
}

std::vector<YamlValue::Entry> YamlValue::Entries() const {
  if (IsNull()) return {};
  if (!node_.IsMap()) Fail(fmt::format("must be a mapping, but is {}", TypeName(node_)));
  std::vector<Entry> entries;
  std::set<std::string> seen;
  for (const auto& pair : node_) {
    YamlValue place(file_, path_, pair.first, mark_);
    std::string key = place.String();
    std::string path = path_.empty() ? key : path_ + "." + key;
    place.path_ = path;
    if (!seen.insert(key).second) place.Fail("appears twice");
    entries.push_back({key, place, YamlValue(file_, path, pair.second, place.mark_)});
  }
  return entries;
}

}  // namespace crimux
