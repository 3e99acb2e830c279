#pragma once

#include <filesystem>

#include "config/config.h"

namespace crimux {

// What the command line of crimuxd says.
struct Options {
  // Empty: what LoadConfig looks for.
  std::filesystem::path config_file;
  bool check_config = false;
};

// Ends the program for --help and --version
// (0), and for a line that makes no sense (2).
Options ParseOptions(int argc, char** argv);

// The file that was named; without --config, /etc/crimux/crimux.yaml if it exists now, else the
// defaults. Throws what LoadConfig throws.
Config LoadConfig(const Options& options);

}  // namespace crimux
