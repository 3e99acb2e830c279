#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace crimux {

// Sets up spdlog's default logger: to the journal when systemd started us with one
// (JOURNAL_STREAM), else to standard error with time stamps. `level` is one of trace, debug, info,
// warn, error.
void SetUpLog(const std::string& level);
// Changes the level of what was set up. Any thread.
void SetLogLevel(const std::string& level);

}  // namespace crimux
