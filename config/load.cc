#include <fmt/format.h>

#include <optional>

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
  std::optional<YamlValue> status;
  std::optional<YamlValue> runtimes;
  std::optional<YamlValue> routes;
  ReadFields(
      YamlValue::Parse(text, name),
      {{"listen", [&](const YamlValue& v) { config.listen = ReadSocketPath(v); }},
       {"status", [&](const YamlValue& v) { config.status = ReadSocketPath(status.emplace(v)); }},
       {"logLevel",
        [&](const YamlValue& v) {
          config.log_level = v.Choice({"trace", "debug", "info", "warn", "error"});
        }},
       {"drainTimeout",
        [&](const YamlValue& v) {
          config.drain_timeout = v.Duration(milliseconds{0}, kLongestDrain);
        }},
       // These two look at other sections, so they wait for them.
       {"runtimes", [&](const YamlValue& v) { runtimes = v; }},
       {"routes", [&](const YamlValue& v) { routes = v; }}});
  if (status && config.status == config.listen) status->Fail("must differ from listen");
  config.runtimes = runtimes ? ReadRuntimes(*runtimes, config.listen) : DefaultRuntimes();
  config.routes = routes ? ReadRoutes(*routes, config.runtimes) : DefaultRoutes(config.runtimes);
  return config;
}

Config LoadConfig(const std::filesystem::path& file) {
  return ParseConfig(ReadFile(file), file.string());
}

}  // namespace crimux
