#pragma once

#include <string>
#include <vector>

namespace crimux::ctl {

enum class Verdict { kOk, kWarning, kFailed, kSkipped };

// What one check has found out.
struct Finding {
  Verdict verdict = Verdict::kOk;
  // Which check: "kubelet".
  std::string check;
  // What is so, or why it could not be looked at.
  std::string what;
  // What to do about a warning or failure.
  std::string remedy;
};

using Findings = std::vector<Finding>;

}  // namespace crimux::ctl
