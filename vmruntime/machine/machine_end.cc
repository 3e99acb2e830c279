#include "vmruntime/machine/machine_end.h"

#include <libvirt/libvirt.h>

namespace crimux::vm {

std::optional<MachineEnd> EndOfEvent(int event, int detail) {
  if (event != VIR_DOMAIN_EVENT_STOPPED) return std::nullopt;
  switch (detail) {
    case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
      return MachineEnd::kShutdown;
    case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
      return MachineEnd::kDestroyed;
    default:
      // STOPPED_FAILED too: libvirt sends it when the monitor of a running QEMU closes without a
      // goodbye. A start that fails sends no event.
      return MachineEnd::kCrashed;
  }
}

std::optional<MachineEnd> EndOfState(int state, int reason) {
  if (state == VIR_DOMAIN_CRASHED) return MachineEnd::kCrashed;
  if (state != VIR_DOMAIN_SHUTOFF) return std::nullopt;
  switch (reason) {
    case VIR_DOMAIN_SHUTOFF_SHUTDOWN:
      return MachineEnd::kShutdown;
    case VIR_DOMAIN_SHUTOFF_DESTROYED:
      return MachineEnd::kDestroyed;
    case VIR_DOMAIN_SHUTOFF_FAILED:
      return MachineEnd::kFailed;
    case VIR_DOMAIN_SHUTOFF_CRASHED:
    case VIR_DOMAIN_SHUTOFF_DAEMON:
      return MachineEnd::kCrashed;
    default:
      return std::nullopt;
  }
}

}  // namespace crimux::vm
