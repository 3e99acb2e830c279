#include <cstdio>
#include <functional>

#include "ctl/commands.h"
#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/status_client.h"

namespace crimux::ctl {
namespace {

using Report = std::function<std::string(const boost::json::object& page)>;

void Print(const std::string& text) { std::fputs(text.c_str(), stdout); }

// A subcommand that shows one page of the status socket.
void AddPage(CLI::App& app, const std::string& name, const std::string& what,
             const Report& report) {
  CLI::App* command = app.add_subcommand(name, what);
  auto options = AddStatusOptions(command);
  command->callback([options, name, report] {
    std::string text = GetOverSocket(options->socket, "/" + name);
    Print(options->WantsJson() ? text : report(ParsePage(name, text)));
  });
}

}  // namespace

std::shared_ptr<StatusOptions> AddSocketOption(CLI::App* command) {
  auto options = std::make_shared<StatusOptions>();
  command->add_option("--socket", options->socket, "crimuxd's status socket")
      ->envname("CRIMUX_STATUS_SOCKET")
      ->type_name("PATH")
      ->capture_default_str();
  return options;
}

std::shared_ptr<StatusOptions> AddStatusOptions(CLI::App* command) {
  auto options = AddSocketOption(command);
  command->add_option("-o,--output", options->output, "table or json")
      ->check(CLI::IsMember({"table", "json"}));
  command->add_flag("--json", options->json, "The same as -o json");
  return options;
}

void AddStatus(CLI::App& app) {
  AddPage(app, "status", "Show crimuxd's runtimes, what they own, routes", StatusReport);
}

void AddRuntimes(CLI::App& app) {
  AddPage(app, "runtimes", "Show the runtimes, their state and last error", RuntimesReport);
}

void AddCalls(CLI::App& app) {
  AddPage(app, "calls", "Show calls: in flight, slowest, failed, and all by method", CallsReport);
}

void AddMetrics(CLI::App& app) {
  CLI::App* command = app.add_subcommand("metrics", "Print the metrics, in Prometheus' format");
  auto options = AddSocketOption(command);
  command->callback([options] { Print(GetOverSocket(options->socket, "/metrics")); });
}

void AddReload(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("reload", "Have crimuxd read its config again; a bad one changes nothing");
  auto options = AddSocketOption(command);
  command->callback([options] { Print(PostOverSocket(options->socket, "/reload", "")); });
}

}  // namespace crimux::ctl
