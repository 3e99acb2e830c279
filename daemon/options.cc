#include "daemon/options.h"

#include <cstdlib>
#include <string>

#include <CLI/CLI.hpp>

namespace crimux {
namespace {

constexpr const char* kDefaultFile = "/etc/crimux/crimux.yaml";
constexpr int kUsage = 2;

}  // namespace

Options ParseOptions(int argc, char** argv) {
  Options options;
  std::string file;
  CLI::App app("One CRI endpoint for the runtimes of a node, and the VM runtime among them.",
               "crimuxd");
  app.set_version_flag("--version", "crimuxd " CRIMUX_VERSION);
  app.add_option("--config", file,
                 std::string("YAML file; default: ") + kDefaultFile + " if it exists")
      ->type_name("FILE");
  app.add_flag("--check-config", options.check_config,
               "Only say whether the config is right: \"ok\", or what is wrong and where");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    int code = app.exit(e);
    std::exit(code == 0 ? 0 : kUsage);
  }
  options.config_file = file;
  return options;
}

Config LoadConfig(const Options& options) {
  if (!options.config_file.empty()) return LoadConfig(options.config_file);
  return std::filesystem::exists(kDefaultFile) ? LoadConfig(kDefaultFile) : DefaultConfig();
}

}  // namespace crimux
