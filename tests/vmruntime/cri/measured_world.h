#pragma once

#include <unistd.h>

#include <string>

#include <catch2/catch.hpp>

#include "tests/vmruntime/cri/call.h"
#include "tests/vmruntime/pod/fake_rooms.h"
#include "vmruntime/cri/rpcs.h"

namespace crimux::vm {

// Fake machines with real figures: this process stands for the QEMU of each.
struct MeasuredWorld {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  PodStatistics statistics{dir.hypervisor, world.cgroups};
  Dispatcher dispatcher;

  MeasuredWorld() {
    AddStatsRpcs(dispatcher, world.rooms, statistics);
    AddMetricRpcs(dispatcher, world.rooms, statistics);
  }

  // A pod with a machine that runs; returns the container's id.
  std::string RunVm(const std::string& sandbox) {
    std::string id = world.RunContainer(sandbox);
    dir.hypervisor.pids[id] = ::getpid();
    return id;
  }

  template <typename Response, typename Request>
  Response Ok(const std::string& rpc, const Request& request) {
    return CallOk<Response>(dispatcher, rpc, request);
  }
  template <typename Response, typename Request>
  grpc::StatusCode Code(const std::string& rpc, const Request& request) {
    Response response;
    return Call(dispatcher, rpc, request, response).error_code();
  }
};

}  // namespace crimux::vm
