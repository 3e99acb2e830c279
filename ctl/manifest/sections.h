#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/yaml_fields.h"
#include "ctl/manifest/pod.h"

namespace crimux::ctl {

using Warnings = std::vector<std::string>;

// One function a section of the Pod; each throws what YamlValue throws.
Container ReadContainer(const YamlValue& value, Warnings* warnings);
Volume ReadVolume(const YamlValue& value, Warnings* warnings);
Resources ReadResources(const YamlValue& value, Warnings* warnings);
ContainerSecurity ReadContainerSecurity(const YamlValue& value, Warnings* warnings);
PodSecurity ReadPodSecurity(const YamlValue& value, Warnings* warnings);
DnsConfig ReadDnsConfig(const YamlValue& value);

// A key of the Pod API that is left out with a warning.
YamlField Ignored(std::string_view key, Warnings* warnings, std::string_view why);
// A key of the Pod API that is refused unless it says nothing (empty, false).
YamlField Unsupported(std::string_view key, std::string_view why = "is not supported here");

// Fields of a plain type. `target` outlives the field.
YamlField Text(std::string_view key, std::string* target);
YamlField Flag(std::string_view key, bool* target);
YamlField Number(std::string_view key, std::optional<int64_t>* target, int64_t min, int64_t max);
YamlField List(std::string_view key, std::vector<std::string>* target);
YamlField Choice(std::string_view key, std::string* target, std::vector<std::string_view> allowed);

std::map<std::string, std::string> ReadStringMap(const YamlValue& value);
// A list; where Kubernetes wants one, a single value is a mistake.
std::vector<YamlValue> ReadList(const YamlValue& value);
// As Kubernetes names things: lower-case letters, digits, "-", and "." where `dots`.
std::string ReadName(const YamlValue& value, bool dots);

}  // namespace crimux::ctl
