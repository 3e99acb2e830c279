#pragma once

#include "ctl/doctor/patient.h"

namespace crimux::ctl {

// One function a check, each in the file of its name. None changes anything.
Findings CheckDaemon(const Patient& patient);
// Whether the kubelet was told to use crimux's socket, and does.
Findings CheckKubelet(const Patient& patient);
Findings CheckCallers(const Patient& patient);
Findings CheckRuntimes(const Patient& patient);
// Whether the kubelet and all runtimes use the same cgroup driver.
Findings CheckCgroups(const Patient& patient);
// Whether each RuntimeClass leads to a runtime that knows its handler.
Findings CheckHandlers(const Patient& patient);
// Modes of sockets, folders and the config.
Findings CheckPermissions(const Patient& patient);
// What VMs need; skipped where no runtime is the VM runtime.
Findings CheckCni(const Patient& patient);
Findings CheckKvm(const Patient& patient);
Findings CheckQemuUser(const Patient& patient);
Findings CheckPrograms(const Patient& patient);

// All of them, in this order.
Findings RunAllChecks(const Patient& patient);

}  // namespace crimux::ctl
