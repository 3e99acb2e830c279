#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "base/file.h"
#include "config/config.h"
#include "config/sections.h"
#include "config/yaml_fields.h"
#include "config/yaml_value.h"

namespace crimux {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongestDrain{600'000};
// sizeof(sockaddr_un::sun_path) with its terminating zero.
constexpr size_t kSocketPathLimit = 107;

// Values that are looked at again once the whole file is read: they depend on other sections.
struct Waiting {
  std::optional<YamlValue> status;
  std::optional<YamlValue> runtimes;
  std::optional<YamlValue> routes;
};

std::vector<YamlField> ProcessFields(Config* config, Waiting* waiting) {
  return {
      {"listen", [=](const YamlValue& v) { config->listen = ReadSocketPath(v); }},
      {"status",
       [=](const YamlValue& v) { config->status = ReadSocketPath(waiting->status.emplace(v)); }},
      {"logLevel",
       [=](const YamlValue& v) {
         config->log_level = v.Choice({"trace", "debug", "info", "warn", "error"});
       }},
      {"drainTimeout",
       [=](const YamlValue& v) {
         config->drain_timeout = v.Duration(milliseconds{0}, kLongestDrain);
       }},
      {"lastKnownDir", [=](const YamlValue& v) { config->last_known_dir = v.AbsolutePath(); }}};
}

void ReadVersion(const YamlValue& value, Config* config) {
  ReadFields(value, {{"runtimeName",
                      [=](const YamlValue& v) { config->runtime_name = v.NonEmptyString(); }},
                     {"runtimeVersion",
                      [=](const YamlValue& v) { config->runtime_version = v.NonEmptyString(); }}});
}

// What crimux says in the place of a runtime.
std::vector<YamlField> AnswerFields(Config* config) {
  return {{"cgroupDriver",
           [=](const YamlValue& v) {
             config->cgroup_driver = v.Choice({"systemd", "cgroupfs"});
           }},
          {"version", [=](const YamlValue& v) { ReadVersion(v, config); }},
          {"streaming", [=](const YamlValue& v) { ReadStreaming(v, &config->streaming); }}};
}

}  // namespace

std::filesystem::path ReadSocketPath(const YamlValue& value) {
  std::filesystem::path path = value.AbsolutePath();
  if (!path.has_filename()) value.Fail("must name a socket, not a folder");
  if (path.native().size() > kSocketPathLimit) {
    value.Fail(fmt::format("is {} bytes long; a Unix socket's path has at most {}",
                           path.native().size(), kSocketPathLimit));
  }
  return path;
}

Config ParseConfig(const std::string& text, const std::string& name) {
  Config config;
  Waiting waiting;
  std::vector<YamlField> fields = ProcessFields(&config, &waiting);
  for (YamlField& field : AnswerFields(&config)) fields.push_back(std::move(field));
  fields.push_back({"runtimes", [&](const YamlValue& v) { waiting.runtimes = v; }});
  fields.push_back({"routes", [&](const YamlValue& v) { waiting.routes = v; }});
  ReadFields(YamlValue::Parse(text, name), fields);
  if (waiting.status && config.status == config.listen) {
    waiting.status->Fail("must differ from listen");
  }
  config.runtimes =
      waiting.runtimes ? ReadRuntimes(*waiting.runtimes, config.listen) : DefaultRuntimes();
  config.routes = waiting.routes ? ReadRoutes(*waiting.routes, config.runtimes)
                                 : DefaultRoutes(config.runtimes);
  AddPrefixRoutes(config.runtimes, &config.routes);
  return config;
}

Config LoadConfig(const std::filesystem::path& file) {
  return ParseConfig(ReadFile(file), file.string());
}

}  // namespace crimux
