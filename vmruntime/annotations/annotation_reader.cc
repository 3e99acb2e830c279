#include "vmruntime/annotations/annotation_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "config/units.h"

namespace crimux::vm {
namespace {

constexpr auto kInvalid = grpc::StatusCode::INVALID_ARGUMENT;
constexpr std::string_view kOperation = "read annotation";
constexpr std::string_view kPrefix = "crimux.io/";

}  // namespace

AnnotationReader::Entry AnnotationReader::Find(const Annotation& annotation) const {
  auto ours = annotations_.find(std::string(annotation.name));
  auto virtlet = annotation.virtlet.empty() ? annotations_.end()
                                            : annotations_.find(std::string(annotation.virtlet));
  if (ours == annotations_.end() && virtlet == annotations_.end()) return {annotation.name};
  if (ours == annotations_.end()) return {annotation.virtlet, &virtlet->second};
  if (virtlet != annotations_.end() && virtlet->second != ours->second) {
    throw Error(kInvalid, kOperation, annotation.name,
                fmt::format("{} says something else", annotation.virtlet));
  }
  return {annotation.name, &ours->second};
}

std::optional<std::string> AnnotationReader::Text(const Annotation& annotation) const {
  Entry entry = Find(annotation);
  if (entry.text == nullptr) return std::nullopt;
  return *entry.text;
}

bool AnnotationReader::Flag(const Annotation& annotation, bool absent) const {
  Entry entry = Find(annotation);
  if (entry.text == nullptr) return absent;
  if (*entry.text == "true") return true;
  if (*entry.text == "false" || entry.name != annotation.name) return false;
  Refuse(annotation, fmt::format("\"{}\" is neither true nor false", *entry.text));
}

std::optional<int64_t> AnnotationReader::Integer(const Annotation& annotation, int64_t least,
                                                 int64_t most) const {
  auto text = Text(annotation);
  if (!text) return std::nullopt;
  int64_t value = 0;
  const char* end = text->data() + text->size();
  auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc() || stop != end) {
    Refuse(annotation, fmt::format("\"{}\" is not an integer", *text));
  }
  if (value < least || value > most) {
    Refuse(annotation, fmt::format("{} is not between {} and {}", value, least, most));
  }
  return value;
}

std::optional<uint64_t> AnnotationReader::Bytes(const Annotation& annotation) const {
  auto text = Text(annotation);
  if (!text) return std::nullopt;
  auto bytes = ParseQuantity(*text);
  if (!bytes) Refuse(annotation, fmt::format("\"{}\" is not a Kubernetes quantity", *text));
  return static_cast<uint64_t>(*bytes);
}

std::optional<YAML::Node> AnnotationReader::Yaml(const Annotation& annotation) const {
  auto text = Text(annotation);
  if (!text) return std::nullopt;
  try {
    return YAML::Load(*text);
  } catch (const YAML::Exception& e) {
    Refuse(annotation,
           fmt::format("line {}, column {}: {}", e.mark.line + 1, e.mark.column + 1, e.msg));
  }
}

void AnnotationReader::Refuse(const Annotation& annotation, std::string_view reason) const {
  throw Error(kInvalid, kOperation, Find(annotation).name, reason);
}

void AnnotationReader::RefuseUnknown() const {
  for (const auto& [name, text] : annotations_) {
    if (!name.starts_with(kPrefix)) continue;
    bool known = std::ranges::any_of(AllAnnotations(),
                                     [&](const Annotation& some) { return some.name == name; });
    if (!known) throw Error(kInvalid, kOperation, name, "the VM runtime knows no such annotation");
  }
}

}  // namespace crimux::vm
