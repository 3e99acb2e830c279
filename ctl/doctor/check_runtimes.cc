#include <fmt/format.h>

#include "ctl/doctor/checks.h"
#include "ctl/report/json_view.h"

namespace crimux::ctl {
namespace {

std::string Remedy(const std::string& state, const std::string& endpoint) {
  if (state == "slow") {
    return "what it is busy with: crimuxctl calls; its own log; the machine's load and disk";
  }
  if (state == "unknown") return "ask again in a moment";
  return fmt::format("start it, or correct its endpoint in crimux's config: is anything at {}?",
                     endpoint);
}

Finding Judge(const boost::json::value& runtime) {
  std::string state = TextAt(runtime, "/state");
  std::string endpoint = TextAt(runtime, "/endpoint");
  std::string version = TextAt(runtime, "/version");
  std::string what = fmt::format("{} ({}) is {}", TextAt(runtime, "/name"), endpoint, state);
  if (state == "up") {
    return {Verdict::kOk, "runtimes", version.empty() ? what : what + ": " + version};
  }
  std::string error = TextAt(runtime, "/lastError");
  if (!error.empty()) what += ": " + error;
  return {state == "down" ? Verdict::kFailed : Verdict::kWarning, "runtimes", what,
          Remedy(state, endpoint)};
}

}  // namespace

Findings CheckRuntimes(const Patient& patient) {
  if (!patient.status) return {{Verdict::kSkipped, "runtimes", "crimuxd can't be asked"}};
  Findings findings;
  for (const boost::json::value& runtime : ArrayAt(*patient.status, "runtimes")) {
    findings.push_back(Judge(runtime));
  }
  return findings;
}

}  // namespace crimux::ctl
