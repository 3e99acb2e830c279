#pragma once

#include <yaml-cpp/yaml.h>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "vmruntime/annotations/names.h"

namespace crimux::vm {

using AnnotationMap = std::map<std::string, std::string>;

// Reads a pod's annotations by our names or Virtlet's. Whatever is there and can't be what it
// should be throws Error (INVALID_ARGUMENT) that names the annotation as the pod wrote it, and the
// reason. An annotation with both names and two different values is refused.
class AnnotationReader {
 public:
  // Keeps a reference.
  explicit AnnotationReader(const AnnotationMap& annotations) : annotations_(annotations) {}

  // As it stands. nullopt: not there.
  std::optional<std::string> Text(const Annotation& annotation) const;
  // Ours are "true" or "false". For Virtlet's, only "true" is true, and nothing is wrong.
  bool Flag(const Annotation& annotation, bool absent = false) const;
  std::optional<int64_t> Integer(const Annotation& annotation, int64_t least, int64_t most) const;
  // A Kubernetes quantity, in bytes.
  std::optional<uint64_t> Bytes(const Annotation& annotation) const;
  // YAML or JSON.
  std::optional<YAML::Node> Yaml(const Annotation& annotation) const;

  // One of a few words.
  template <typename Value>
  std::optional<Value> Choice(
      const Annotation& annotation,
      std::initializer_list<std::pair<std::string_view, Value>> choices) const {
    return Choice(annotation, std::span(choices.begin(), choices.size()));
  }
  template <typename Value, size_t kSize>
  std::optional<Value> Choice(
      const Annotation& annotation,
      const std::array<std::pair<std::string_view, Value>, kSize>& choices) const {
    return Choice(annotation, std::span<const std::pair<std::string_view, Value>>(choices));
  }
  template <typename Value>
  std::optional<Value> Choice(const Annotation& annotation,
                              std::span<const std::pair<std::string_view, Value>> choices) const {
    auto text = Text(annotation);
    if (!text) return std::nullopt;
    std::string words;
    for (const auto& [word, value] : choices) {
      if (*text == word) return value;
      words.append(words.empty() ? "" : ", ").append(word);
    }
    Refuse(annotation, "\"" + *text + "\" is none of: " + words);
  }

  // For what only the caller can tell: throws the Error.
  [[noreturn]] void Refuse(const Annotation& annotation, std::string_view reason) const;

  // Refuses names that begin with "crimux.io/" and mean nothing to the VM runtime: most likely they
  // are misspelt.
  void RefuseUnknown() const;

 private:
  struct Entry {
    std::string_view name;
    const std::string* text = nullptr;
  };

  // As the pod wrote it; our name and no text when it didn't.
  Entry Find(const Annotation& annotation) const;

  const AnnotationMap& annotations_;
};

}  // namespace crimux::vm
