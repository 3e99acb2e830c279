#include "ctl/doctor/checks.h"

#include <array>
#include <iterator>

namespace crimux::ctl {

Findings RunAllChecks(const Patient& patient) {
  static constexpr std::array kChecks = {
      CheckDaemon,      CheckKubelet, CheckCallers, CheckRuntimes, CheckCgroups, CheckHandlers,
      CheckPermissions, CheckCni,     CheckKvm,     CheckQemuUser, CheckPrograms};
  Findings all;
  for (auto* check : kChecks) {
    Findings findings = check(patient);
    all.insert(all.end(), std::make_move_iterator(findings.begin()),
               std::make_move_iterator(findings.end()));
  }
  return all;
}

}  // namespace crimux::ctl
