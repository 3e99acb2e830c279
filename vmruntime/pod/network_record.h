#pragma once

#include "vmruntime/network/spec/pod_network.h"
#include "vmruntime/state/records.pb.h"

namespace crimux::vm {

// Between what the network room works with and what the database keeps.
state::Network ToRecord(const PodNetwork& network);
PodNetwork FromRecord(const state::Network& record);

// The request that connects this sandbox, or disconnects it: the same at every time of its life.
NetworkRequest MakeNetworkRequest(const state::SandboxRecord& sandbox,
                                  const std::filesystem::path& work_dir);

}  // namespace crimux::vm
