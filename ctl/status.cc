#include <cstdio>
#include <memory>

#include "ctl/commands.h"
#include "ctl/status_client.h"
#include "ctl/status_report.h"

namespace crimux::ctl {
namespace {

struct StatusOptions {
  std::string socket = "/run/crimux/status.sock";
  std::string output = "table";
  bool json = false;
};

void PrintStatus(const StatusOptions& options) {
  std::string json = GetOverSocket(options.socket, "/status");
  bool raw = options.json || options.output == "json";
  std::string text = raw ? json + "\n" : StatusReport(json);
  std::fputs(text.c_str(), stdout);
}

}  // namespace

void AddStatus(CLI::App& app) {
  auto options = std::make_shared<StatusOptions>();
  CLI::App* command =
      app.add_subcommand("status", "Show crimuxd's runtimes, what they own, routes");
  command->add_option("--socket", options->socket, "crimuxd's status socket")
      ->envname("CRIMUX_STATUS_SOCKET")
      ->type_name("PATH")
      ->capture_default_str();
  command->add_option("-o,--output", options->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  command->add_flag("--json", options->json, "The same as -o json");
  command->callback([options] { PrintStatus(*options); });
}

}  // namespace crimux::ctl
