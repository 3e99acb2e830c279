#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace crimux::ctl {

// What all subcommands share.
struct Common {
  // The CRI socket.
  std::string endpoint = "unix:///run/crimux/crimux.sock";
};

// One function a subcommand, each in the file of its name. The callbacks throw what went wrong, for
// main to print. `common` outlives the parsing.
void AddStatus(CLI::App& app);
void AddRun(CLI::App& app, const Common& common);
void AddPs(CLI::App& app, const Common& common);
void AddLogs(CLI::App& app, const Common& common);
void AddRm(CLI::App& app, const Common& common);

}  // namespace crimux::ctl
