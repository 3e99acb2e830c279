#pragma once

#include <string>

#include "ctl/doctor/finding.h"

namespace crimux::ctl {

// One line a finding, its remedy below, and a sum at the end.
std::string DoctorReport(const Findings& findings);
std::string DoctorJson(const Findings& findings);

bool HasFailure(const Findings& findings);

}  // namespace crimux::ctl
