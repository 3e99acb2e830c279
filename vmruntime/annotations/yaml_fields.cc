#include "vmruntime/annotations/yaml_fields.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "config/units.h"

namespace crimux::vm {
namespace {

bool SameWord(std::string_view a, std::string_view b) {
  auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

YamlFields::YamlFields(const AnnotationReader& reader, const Annotation& annotation,
                       const YAML::Node& node, std::string shown,
                       std::initializer_list<std::string_view> keys)
    : reader_(reader), annotation_(annotation), node_(node), shown_(std::move(shown)) {
  if (!node_.IsMap()) Refuse("is not a map");
  for (const auto& entry : node_) {
    if (!entry.first.IsScalar()) Refuse("has a key that is no text");
    const std::string& name = entry.first.Scalar();
    bool known =
        std::ranges::any_of(keys, [&](std::string_view key) { return SameWord(key, name); });
    if (!known) Refuse(fmt::format("knows no \"{}\", only {}", name, fmt::join(keys, ", ")));
  }
}

std::optional<YAML::Node> YamlFields::Node(std::string_view key) const {
  for (const auto& entry : node_) {
    if (SameWord(entry.first.Scalar(), key)) return entry.second;
  }
  return std::nullopt;
}

std::optional<std::string> YamlFields::Text(std::string_view key) const {
  auto node = Node(key);
  if (!node) return std::nullopt;
  if (!node->IsScalar()) Refuse(fmt::format("has no plain text as {}", key));
  return node->Scalar();
}

std::string YamlFields::RequiredText(std::string_view key) const {
  auto text = Text(key);
  if (!text || text->empty()) Refuse(fmt::format("needs {}", key));
  return *std::move(text);
}

std::optional<unsigned> YamlFields::Number(std::string_view key, unsigned least,
                                           unsigned most) const {
  auto text = Text(key);
  if (!text) return std::nullopt;
  unsigned value = 0;
  const char* end = text->data() + text->size();
  auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end || value < least || value > most) {
    RefuseValue(key, *text, fmt::format("is not an integer between {} and {}", least, most));
  }
  return value;
}

std::optional<uint64_t> YamlFields::Bytes(std::string_view key) const {
  auto text = Text(key);
  if (!text) return std::nullopt;
  auto bytes = ParseQuantity(*text);
  if (!bytes) RefuseValue(key, *text, "is not a Kubernetes quantity");
  return static_cast<uint64_t>(*bytes);
}

bool YamlFields::Flag(std::string_view key) const {
  auto text = Text(key);
  if (!text || *text == "false") return false;
  if (*text != "true") RefuseValue(key, *text, "is neither true nor false");
  return true;
}

void YamlFields::Refuse(std::string_view reason) const {
  reader_.Refuse(annotation_, fmt::format("{} {}", shown_.empty() ? "it" : shown_, reason));
}

void YamlFields::RefuseValue(std::string_view key, std::string_view value,
                             std::string_view reason) const {
  Refuse(fmt::format("has {} \"{}\", which {}", key, value, reason));
}

std::vector<YAML::Node> YamlList(const AnnotationReader& reader, const Annotation& annotation,
                                 size_t most) {
  auto list = reader.Yaml(annotation);
  if (!list || list->IsNull()) return {};
  if (!list->IsSequence()) reader.Refuse(annotation, "it is not a list");
  if (list->size() > most) {
    reader.Refuse(annotation, fmt::format("{} entries; {} can be", list->size(), most));
  }
  return {list->begin(), list->end()};
}

}  // namespace crimux::vm
