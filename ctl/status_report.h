#pragma once

#include <string>

namespace crimux::ctl {

// What the status socket answers (JSON), as tables for people. What it leaves out is shown as "-".
// Throws Error (INTERNAL) for what is no JSON object.
std::string StatusReport(const std::string& json);

}  // namespace crimux::ctl
