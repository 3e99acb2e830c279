#pragma once

#include "vmruntime/cri/dispatcher.h"
#include "vmruntime/exec/exec_sync.h"
#include "vmruntime/pod/containers.h"
#include "vmruntime/pod/resource_updates.h"
#include "vmruntime/pod/rooms.h"
#include "vmruntime/pod/sandboxes.h"
#include "vmruntime/stats/pod_statistics.h"
#include "vmruntime/streaming/server.h"

namespace crimux::vm {

// Each adds the handlers of one family of RPCs. What the arguments refer to outlives the
// dispatcher.

// Version, Status, UpdateRuntimeConfig.
void AddRuntimeRpcs(Dispatcher& dispatcher, const Rooms& rooms);
// RunPodSandbox, StopPodSandbox, RemovePodSandbox, PodSandboxStatus, ListPodSandbox.
void AddSandboxRpcs(Dispatcher& dispatcher, const Rooms& rooms, Sandboxes& sandboxes);
// CreateContainer, StartContainer, StopContainer, RemoveContainer, ContainerStatus, ListContainers,
// ReopenContainerLog.
void AddContainerRpcs(Dispatcher& dispatcher, const Rooms& rooms, Containers& containers);
// UpdateContainerResources, UpdatePodSandboxResources.
void AddResourceRpcs(Dispatcher& dispatcher, ResourceUpdates& updates);
// ListImages, ImageStatus, PullImage, RemoveImage, ImageFsInfo.
void AddImageRpcs(Dispatcher& dispatcher, const Rooms& rooms);
// ExecSync, on the thread of `io`; Exec: a URL on the streaming server.
void AddExecRpcs(Dispatcher& dispatcher, const Rooms& rooms, streaming::Server& server,
                 boost::asio::io_context& io, GuestCommands& commands);
// ContainerStats, ListContainerStats, PodSandboxStats, ListPodSandboxStats.
void AddStatsRpcs(Dispatcher& dispatcher, const Rooms& rooms, PodStatistics& statistics);
// ListMetricDescriptors, ListPodSandboxMetrics.
void AddMetricRpcs(Dispatcher& dispatcher, const Rooms& rooms, PodStatistics& statistics);
// Attach, PortForward: URLs on the streaming server.
void AddStreamRpcs(Dispatcher& dispatcher, const Rooms& rooms, streaming::Server& server);

}  // namespace crimux::vm
