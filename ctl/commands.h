#pragma once

#include <memory>
#include <string>

#include <CLI/CLI.hpp>

namespace crimux::ctl {

// What all subcommands share.
struct Common {
  // The CRI socket.
  std::string endpoint = "unix:///run/crimux/crimux.sock";
};

// What the subcommands that ask the status socket share.
struct StatusOptions {
  std::string socket = "/run/crimux/status.sock";
  std::string output = "table";
  bool json = false;

  bool WantsJson() const { return json || output == "json"; }
};

// Options of a command that outlive its parsing.
std::shared_ptr<StatusOptions> AddSocketOption(CLI::App* command);
std::shared_ptr<StatusOptions> AddStatusOptions(CLI::App* command);

// One function a subcommand, each in the file of its name. The callbacks throw what went wrong, for
// main to print, or CLI::RuntimeError with the exit code when there is nothing more to say.
// `common` outlives the parsing.
void AddStatus(CLI::App& app);
void AddRuntimes(CLI::App& app);
void AddOwners(CLI::App& app);
void AddCalls(CLI::App& app);
void AddImages(CLI::App& app);
void AddExplain(CLI::App& app);
void AddDoctor(CLI::App& app);
void AddMetrics(CLI::App& app);
void AddReload(CLI::App& app);
void AddRun(CLI::App& app, const Common& common);
void AddPs(CLI::App& app, const Common& common);
void AddLogs(CLI::App& app, const Common& common);
void AddExec(CLI::App& app, const Common& common);
void AddAttach(CLI::App& app, const Common& common);
void AddConsole(CLI::App& app, const Common& common);
void AddScreenshot(CLI::App& app, const Common& common);
void AddVnc(CLI::App& app, const Common& common);
void AddRm(CLI::App& app, const Common& common);

}  // namespace crimux::ctl
