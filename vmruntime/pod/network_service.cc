#include "vmruntime/pod/network_service.h"

#include "vmruntime/pod/network_record.h"

namespace crimux::vm {

void ServeNetwork(const state::SandboxRecord& sandbox, const Rooms& rooms) {
  rooms.networks.Serve(MakeNetworkRequest(sandbox, rooms.layout.Sandbox(sandbox.id())),
                       FromRecord(sandbox.network()));
}

}  // namespace crimux::vm
