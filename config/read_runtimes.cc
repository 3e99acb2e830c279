#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "config/sections.h"
#include "config/units.h"
#include "config/yaml_fields.h"

namespace crimux {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestTimeout{100};
constexpr milliseconds kLongestTimeout{3'600'000};
constexpr milliseconds kLongestLastKnown{365LL * 24 * 3'600'000};
constexpr std::string_view kUnixScheme = "unix://";

// The values that later checks may find fault with.
struct Places {
  YamlValue runtime;
  std::optional<YamlValue> name;
  std::optional<YamlValue> endpoint;
  std::optional<YamlValue> vm;
  std::optional<YamlValue> is_default;
  std::optional<YamlValue> list_timeout;
  std::optional<YamlValue> image_prefix;
  std::optional<YamlValue> streaming;
};

// A name is also a metric label and a word in annotations.
std::string ReadName(const YamlValue& value) {
  std::string name = value.NonEmptyString();
  auto is_alnum = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  bool good = name.size() <= 63 && is_alnum(name.front()) && is_alnum(name.back()) &&
              std::all_of(name.begin(), name.end(),
                          [&](char c) { return is_alnum(c) || c == '-' || c == '.'; });
  if (!good) {
    value.Fail(fmt::format(
        "must be up to 63 lower-case letters, digits, \"-\" and \".\", not \"{}\"", name));
  }
  return name;
}

std::string ReadEndpoint(const YamlValue& value) {
  std::string endpoint = value.NonEmptyString();
  if (!endpoint.starts_with(kUnixScheme) || !endpoint.substr(kUnixScheme.size()).starts_with('/')) {
    value.Fail(fmt::format("must be \"unix://\" and an absolute path, not \"{}\"", endpoint));
  }
  return endpoint;
}

std::vector<YamlField> BackendFields(RuntimeConfig* runtime, Places* places) {
  return {
      {"name", [=](const YamlValue& v) { runtime->name = ReadName(places->name.emplace(v)); }},
      {"endpoint",
       [=](const YamlValue& v) { runtime->endpoint = ReadEndpoint(places->endpoint.emplace(v)); }},
      {"vm", [=](const YamlValue& v) { runtime->vm = ReadVm(places->vm.emplace(v)); }},
      {"default",
       [=](const YamlValue& v) { runtime->is_default = places->is_default.emplace(v).Bool(); }},
      {"imagePrefix",
       [=](const YamlValue& v) {
         runtime->image_prefix = ReadImagePrefix(places->image_prefix.emplace(v));
       }},
      {"streaming", [=](const YamlValue& v) {
         runtime->relays_streams =
             places->streaming.emplace(v).Choice({"direct", "proxy"}) == "proxy";
       }}};
}

std::vector<YamlField> StateFields(RuntimeConfig* runtime, Places* places) {
  return {{"timeout",
           [=](const YamlValue& v) {
             runtime->timeout = v.Duration(kShortestTimeout, kLongestTimeout);
           }},
          {"listTimeout",
           [=](const YamlValue& v) {
             runtime->list_timeout =
                 places->list_timeout.emplace(v).Duration(kShortestTimeout, kLongestTimeout);
           }},
          {"required", [=](const YamlValue& v) { runtime->required = v.Bool(); }},
          {"lastKnownFor", [=](const YamlValue& v) {
             runtime->last_known_for = v.Duration(milliseconds{0}, kLongestLastKnown);
           }}};
}

// The default gives way to a shorter timeout; what the file says does not.
void BoundListTimeout(RuntimeConfig* runtime, const Places& places) {
  if (runtime->list_timeout <= runtime->timeout) return;
  if (places.list_timeout) {
    places.list_timeout->Fail(
        fmt::format("must be at most the runtime's timeout, {}", FormatDuration(runtime->timeout)));
  }
  runtime->list_timeout = runtime->timeout;
}

RuntimeConfig ReadRuntime(Places* places) {
  RuntimeConfig runtime;
  std::vector<YamlField> fields = BackendFields(&runtime, places);
  for (YamlField& field : StateFields(&runtime, places)) fields.push_back(std::move(field));
  ReadFields(places->runtime, fields);
  if (!places->name) places->runtime.Fail("has no name");
  if (!places->endpoint && !places->vm) places->runtime.Fail("needs an endpoint, or vm");
  if (places->endpoint && places->vm) places->vm->Fail("a runtime has an endpoint or vm, not both");
  if (runtime.vm && runtime.relays_streams) {
    places->streaming->Fail("the VM runtime's streams are served by crimux anyway");
  }
  BoundListTimeout(&runtime, *places);
  return runtime;
}

// Refuses a value that an earlier runtime has.
void CheckUnique(std::map<std::string, std::string>* seen, const std::string& value,
                 const YamlValue& place) {
  auto [first, inserted] = seen->emplace(value, place.Place());
  if (!inserted) place.Fail(fmt::format("\"{}\" is already at {}", value, first->second));
}

void CheckUniqueness(const std::vector<RuntimeConfig>& runtimes, const std::vector<Places>& places,
                     const std::filesystem::path& listen) {
  std::map<std::string, std::string> names;
  std::map<std::string, std::string> endpoints;
  std::map<std::string, std::string> vms;
  for (size_t i = 0; i < runtimes.size(); ++i) {
    CheckUnique(&names, runtimes[i].name, *places[i].name);
    if (places[i].vm) CheckUnique(&vms, "vm", *places[i].vm);
    if (!places[i].endpoint) continue;
    CheckUnique(&endpoints, runtimes[i].endpoint, *places[i].endpoint);
    std::filesystem::path socket = runtimes[i].endpoint.substr(kUnixScheme.size());
    if (socket.lexically_normal() == listen) {
      places[i].endpoint->Fail("is the socket that crimux itself listens on");
    }
  }
}

void ChooseDefault(const YamlValue& value, std::vector<RuntimeConfig>* runtimes,
                   const std::vector<Places>& places) {
  std::optional<size_t> chosen;
  for (size_t i = 0; i < runtimes->size(); ++i) {
    if (!(*runtimes)[i].is_default) continue;
    if (chosen) {
      places[i].is_default->Fail(
          fmt::format("\"{}\" is already the default", (*runtimes)[*chosen].name));
    }
    chosen = i;
  }
  if (!chosen && runtimes->size() == 1) chosen = 0;
  if (!chosen) value.Fail("one of them needs \"default: true\"");
  auto first = runtimes->begin();
  (first + static_cast<ptrdiff_t>(*chosen))->is_default = true;
  std::rotate(first, first + static_cast<ptrdiff_t>(*chosen),
              first + static_cast<ptrdiff_t>(*chosen) + 1);
}

}  // namespace

std::vector<RuntimeConfig> ReadRuntimes(const YamlValue& value,
                                        const std::filesystem::path& listen) {
  std::vector<RuntimeConfig> runtimes;
  std::vector<Places> places;
  for (const YamlValue& item : value.Items()) {
    places.push_back({.runtime = item});
    runtimes.push_back(ReadRuntime(&places.back()));
  }
  if (runtimes.empty()) value.Fail("needs at least one runtime");
  CheckUniqueness(runtimes, places, listen);
  std::vector<ImagePrefixPlace> prefixes;
  for (size_t i = 0; i < runtimes.size(); ++i) {
    if (places[i].image_prefix) prefixes.push_back({runtimes[i].name, *places[i].image_prefix});
  }
  ChooseDefault(value, &runtimes, places);
  CheckImagePrefixes(runtimes, prefixes);
  return runtimes;
}

}  // namespace crimux
