#include <fmt/format.h>

#include <optional>

#include "ctl/doctor/checks.h"
#include "ctl/report/json_view.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

// The kubelet asks for Status every 5 s, and for the pods every second.
constexpr std::chrono::seconds kLately{60};
constexpr std::string_view kSteadyCall = "Status";

// How long ago a client last asked for Status; crimuxctl only does when it runs a pod.
std::optional<std::chrono::nanoseconds> LastCall(const boost::json::object& calls) {
  std::optional<std::chrono::nanoseconds> last;
  for (const boost::json::value& method : ArrayAt(calls, "methods")) {
    if (TextAt(method, "/method") != kSteadyCall) continue;
    auto ago = SecondsAt(method, "/lastAgoSeconds");
    if (!last || ago < *last) last = ago;
  }
  return last;
}

}  // namespace

Findings CheckCallers(const Patient& patient) {
  if (!patient.calls) return {{Verdict::kSkipped, "callers", "crimuxd can't be asked"}};
  auto last = LastCall(*patient.calls);
  if (last && *last < kLately) {
    return {{Verdict::kOk, "callers",
             fmt::format("a kubelet is at work: the last Status was {} ago", FormatAge(*last))}};
  }
  std::string what = last ? fmt::format("nobody asked for Status for {}", FormatAge(*last))
                          : "nobody has asked for Status since crimuxd started";
  if (!patient.kubelet) return {{Verdict::kSkipped, "callers", what + ", and no kubelet runs"}};
  return {{Verdict::kFailed, "callers", what + "; a kubelet does every 5 s",
           "the kubelet isn't using crimux, or hangs: systemctl status kubelet; restart it after "
           "a change of its config"}};
}

}  // namespace crimux::ctl
