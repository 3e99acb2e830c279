#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vmruntime/annotations/annotation_reader.h"

namespace crimux::vm {

// A map in the YAML of an annotation, whose keys are known; upper and lower case are one. What is
// wrong throws Error (INVALID_ARGUMENT) that names the annotation, the map and the key.
class YamlFields {
 public:
  // `shown` is what errors call the map ("disk 2"; "" for the annotation itself). Refuses what is
  // no map, and keys that are not among `keys`. Keeps references to the reader and the annotation.
  YamlFields(const AnnotationReader& reader, const Annotation& annotation, const YAML::Node& node,
             std::string shown, std::initializer_list<std::string_view> keys);

  // nullopt: the key isn't there.
  std::optional<std::string> Text(std::string_view key) const;
  std::string RequiredText(std::string_view key) const;
  std::optional<unsigned> Number(std::string_view key, unsigned least, unsigned most) const;
  std::optional<uint64_t> Bytes(std::string_view key) const;
  bool Flag(std::string_view key) const;
  std::optional<YAML::Node> Node(std::string_view key) const;

  template <typename Words>
  auto Choice(std::string_view key, const Words& words) const {
    using Value = typename Words::value_type::second_type;
    auto text = Text(key);
    if (!text) return std::optional<Value>();
    for (const auto& [word, value] : words) {
      if (*text == word) return std::optional<Value>(value);
    }
    RefuseValue(key, *text, "means nothing");
  }

  [[noreturn]] void Refuse(std::string_view reason) const;
  // `reason` follows the value: "is not …".
  [[noreturn]] void RefuseValue(std::string_view key, std::string_view value,
                                std::string_view reason) const;

 private:
  const AnnotationReader& reader_;
  const Annotation& annotation_;
  const YAML::Node node_;
  const std::string shown_;
};

// The maps of an annotation that is a list of them; empty when it isn't there. At most `most`.
std::vector<YAML::Node> YamlList(const AnnotationReader& reader, const Annotation& annotation,
                                 size_t most);

}  // namespace crimux::vm
