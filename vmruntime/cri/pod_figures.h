#pragma once

#include <optional>
#include <vector>

#include "vmruntime/pod/rooms.h"
#include "vmruntime/stats/pod_statistics.h"

namespace crimux::vm {

struct MeasuredContainer {
  state::ContainerRecord record;
  ContainerFigures figures;
};

struct MeasuredPod {
  state::SandboxRecord record;
  // Made, and not removed.
  std::vector<MeasuredContainer> containers;
  // Nothing also for a namespace that can't be read.
  std::optional<NetworkFigures> network;
};

// Measures these sandboxes and their containers, all at once.
std::vector<MeasuredPod> MeasurePods(const Rooms& rooms, PodStatistics& statistics,
                                     std::vector<state::SandboxRecord> sandboxes);

// Measures these, but those that are being created.
std::vector<MeasuredContainer> MeasureContainers(const Rooms& rooms, PodStatistics& statistics,
                                                 std::vector<state::ContainerRecord> containers);

}  // namespace crimux::vm
