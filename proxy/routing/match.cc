#include "proxy/routing/match.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace crimux::proxy {
namespace {

using Pairs = std::map<std::string, std::string>;
using Conditions = std::map<std::string, std::vector<std::string>>;
using Values = std::vector<std::string>;

bool Contains(const Values& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

// The name of the first condition that the pairs don't meet.
const std::string* FirstUnmet(const Conditions& conditions, const Pairs& pairs) {
  for (const auto& [key, values] : conditions) {
    auto found = pairs.find(key);
    if (found == pairs.end() || !Contains(values, found->second)) return &key;
  }
  return nullptr;
}

bool HasPrefix(const Values& prefixes, const std::optional<std::string>& name) {
  return name && std::any_of(prefixes.begin(), prefixes.end(),
                             [&](const std::string& prefix) { return name->starts_with(prefix); });
}

// `"a", "b" or "c"`
std::string Alternatives(const Values& values) {
  std::string text;
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) text += i + 1 == values.size() ? " or " : ", ";
    text += fmt::format("\"{}\"", values[i]);
  }
  return text;
}

std::string IsNot(std::string_view what, const std::string& is, const std::string& wanted) {
  if (is.empty()) return fmt::format("it has no {}; wanted is {}", what, wanted);
  return fmt::format("{} is \"{}\", not {}", what, is, wanted);
}

std::string PairIsNot(std::string_view kind, std::string_view key, const Conditions& conditions,
                      const Pairs& pairs) {
  std::string name(key);
  std::string wanted = Alternatives(conditions.at(name));
  auto found = pairs.find(name);
  if (found == pairs.end()) return fmt::format("it has no {} {}; wanted is {}", kind, name, wanted);
  return fmt::format("{} {} is \"{}\", not {}", kind, name, found->second, wanted);
}

}  // namespace

Mismatch FindMismatch(const RouteConfig& route, const RouteSubject& subject) {
  using enum Mismatch::Condition;
  if (route.handler && *route.handler != subject.handler) return {kHandler, {}};
  if (!route.pod_namespace.empty() && !Contains(route.pod_namespace, subject.pod_namespace)) {
    return {kNamespace, {}};
  }
  if (const std::string* key = FirstUnmet(route.annotation, subject.annotations)) {
    return {kAnnotation, *key};
  }
  if (const std::string* key = FirstUnmet(route.label, subject.labels)) return {kLabel, *key};
  if (!route.image_prefix.empty() && !HasPrefix(route.image_prefix, subject.image)) {
    return {kImagePrefix, {}};
  }
  return {};
}

std::string Describe(const Mismatch& mismatch, const RouteConfig& route,
                     const RouteSubject& subject) {
  using enum Mismatch::Condition;
  switch (mismatch.condition) {
    case kNone:
      return "";
    case kHandler:
      return IsNot("handler", subject.handler, fmt::format("\"{}\"", *route.handler));
    case kNamespace:
      return IsNot("namespace", subject.pod_namespace, Alternatives(route.pod_namespace));
    case kAnnotation:
      return PairIsNot("annotation", mismatch.key, route.annotation, subject.annotations);
    case kLabel:
      return PairIsNot("label", mismatch.key, route.label, subject.labels);
    case kImagePrefix:
      if (!subject.image) return "it routes images only";
      return fmt::format("the image's name does not begin with {}",
                         Alternatives(route.image_prefix));
  }
  return "";
}

}  // namespace crimux::proxy
