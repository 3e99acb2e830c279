#include <fmt/format.h>

#include "ctl/doctor/checks.h"
#include "ctl/report/json_view.h"

namespace crimux::ctl {

Findings CheckDaemon(const Patient& patient) {
  if (patient.status) {
    return {
        {Verdict::kOk, "crimuxd",
         fmt::format("crimuxd {} answers on {}, config: {}", TextAt(*patient.status, "/version"),
                     patient.config.status.string(), patient.config_source)}};
  }
  return {
      {Verdict::kFailed, "crimuxd", patient.status_error,
       "start it: systemctl start crimux; what it says: journalctl -u crimux. Only root may ask "
       "its status socket."}};
}

}  // namespace crimux::ctl
