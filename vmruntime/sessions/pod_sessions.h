#pragma once

#include "vmruntime/console/shared_consoles.h"
#include "vmruntime/exec/guest_commands.h"
#include "vmruntime/pod/registry.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// What the streams of VM pods lead to: exec to a command in the guest, attach to the serial
// console, port-forward to the pod's address.
class PodSessions final : public streaming::Handlers {
 public:
  PodSessions(const Registry& registry, const SharedConsoles& consoles, GuestCommands& commands)
      : registry_(registry), consoles_(consoles), commands_(commands) {}

  Awaitable<int> Exec(const streaming::CommandRequest& request,
                      streaming::CommandStreams streams) override;
  Awaitable<void> Attach(const streaming::CommandRequest& request,
                         streaming::CommandStreams streams) override;
  Awaitable<void> PortForward(const std::string& sandbox_id, uint16_t port,
                              streaming::InputStream& in, streaming::OutputStream& out) override;

 private:
  const Registry& registry_;
  const SharedConsoles& consoles_;
  GuestCommands& commands_;
};

}  // namespace crimux::vm
