#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "ctl/commands.h"

namespace crimux::ctl {
namespace {

constexpr int kFailed = 1;
constexpr int kUsage = 2;

// The library's warnings, such as a step that could not be undone, look like our own.
void SetUpLog() {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  auto logger = std::make_shared<spdlog::logger>("crimuxctl", sink);
  logger->set_pattern("crimuxctl: %v");
  spdlog::set_default_logger(std::move(logger));
}

void Describe(CLI::App& app, Common* common) {
  app.set_version_flag("--version", "crimuxctl " CRIMUX_VERSION);
  app.require_subcommand(1);
  // The common options may stand before the subcommand or behind it.
  app.fallthrough();
  app.add_option("-r,--runtime-endpoint", common->endpoint, "The CRI socket")
      ->envname("CONTAINER_RUNTIME_ENDPOINT")
      ->type_name("unix:///PATH")
      ->capture_default_str();
  AddStatus(app);
  AddRuntimes(app);
  AddOwners(app);
  AddCalls(app);
  AddImages(app);
  AddExplain(app);
  AddDoctor(app);
  AddMetrics(app);
  AddReload(app);
  AddRun(app, *common);
  AddPs(app, *common);
  AddLogs(app, *common);
  AddExec(app, *common);
  AddAttach(app, *common);
  AddConsole(app, *common);
  AddScreenshot(app, *common);
  AddVnc(app, *common);
  AddRm(app, *common);
}

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);
  SetUpLog();
  CLI::App app("Looks after crimux, and runs Pod manifests on a CRI socket without a kubelet.",
               "crimuxctl");
  Common common;
  Describe(app, &common);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RuntimeError& e) {
    return e.get_exit_code();
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : kUsage;
  } catch (const std::exception& e) {
    std::fflush(stdout);
    std::fprintf(stderr, "crimuxctl: %s\n", e.what());
    return kFailed;
  }
  return 0;
}

}  // namespace
}  // namespace crimux::ctl

int main(int argc, char** argv) { return crimux::ctl::Main(argc, argv); }
