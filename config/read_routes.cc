#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/sections.h"
#include "config/yaml_fields.h"

namespace crimux {
namespace {

std::vector<std::string> ReadValues(const YamlValue& value) {
  std::vector<std::string> values = value.Strings();
  if (values.empty()) value.Fail("needs at least one value");
  return values;
}

std::map<std::string, std::vector<std::string>> ReadMatches(const YamlValue& value) {
  std::map<std::string, std::vector<std::string>> matches;
  for (const YamlValue::Entry& entry : value.Entries()) {
    matches[entry.key] = ReadValues(entry.value);
  }
  if (matches.empty()) value.Fail("needs at least one key");
  return matches;
}

std::string ReadTarget(const YamlValue& value, const std::vector<RuntimeConfig>& runtimes) {
  std::string name = value.NonEmptyString();
  std::vector<std::string> names;
  for (const RuntimeConfig& runtime : runtimes) names.push_back(runtime.name);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    value.Fail(fmt::format("no runtime \"{}\"; there are {}", name, fmt::join(names, ", ")));
  }
  return name;
}

RouteConfig ReadRoute(const YamlValue& value, const std::vector<RuntimeConfig>& runtimes) {
  RouteConfig route;
  ReadFields(value,
             {{"runtime", [&](const YamlValue& v) { route.runtime = ReadTarget(v, runtimes); }},
              {"handler", [&](const YamlValue& v) { route.handler = v.String(); }},
              {"annotation", [&](const YamlValue& v) { route.annotation = ReadMatches(v); }},
              {"label", [&](const YamlValue& v) { route.label = ReadMatches(v); }},
              {"namespace", [&](const YamlValue& v) { route.pod_namespace = ReadValues(v); }},
              {"imagePrefix", [&](const YamlValue& v) { route.image_prefix = ReadValues(v); }}});
  if (route.runtime.empty()) value.Fail("names no runtime");
  if (!route.handler && route.annotation.empty() && route.label.empty() &&
      route.pod_namespace.empty() && route.image_prefix.empty()) {
    value.Fail("has no condition: handler, annotation, label, namespace or imagePrefix");
  }
  return route;
}

}  // namespace

std::vector<RouteConfig> ReadRoutes(const YamlValue& value,
                                    const std::vector<RuntimeConfig>& runtimes) {
  std::vector<RouteConfig> routes;
  for (const YamlValue& item : value.Items()) routes.push_back(ReadRoute(item, runtimes));
  return routes;
}

}  // namespace crimux
