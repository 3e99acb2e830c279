#pragma once

#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {

namespace cri = runtime::v1;

inline grpc::Status RunPod(Node& node, const std::string& tier = "") {
  Context context;
  cri::RunPodSandboxRequest request;
  if (!tier.empty()) (*request.mutable_config()->mutable_labels())["tier"] = tier;
  cri::RunPodSandboxResponse response;
  return node.runtime->RunPodSandbox(&context, request, &response);
}

inline grpc::Status StopContainer(Node& node, const std::string& id) {
  Context context;
  cri::StopContainerRequest request;
  request.set_container_id(id);
  cri::StopContainerResponse response;
  return node.runtime->StopContainer(&context, request, &response);
}

inline std::vector<std::string> List(Node& node) {
  Context context;
  cri::ListContainersResponse response;
  REQUIRE(node.runtime->ListContainers(&context, {}, &response).ok());
  std::vector<std::string> ids;
  for (const auto& container : response.containers()) ids.push_back(container.id());
  return ids;
}

using Ids = std::vector<std::string>;

// Each runtime has a container, and all are up.
struct WithContainers : Node {
  WithContainers() {
    main.AddContainer("m", "ms");
    side.AddContainer("s", "ss");
    vm.AddContainer("v", "vs");
    Start();
    REQUIRE(List(*this) == Ids{"m", "s", "v"});
    REQUIRE((main.WaitForCall("Version") && side.WaitForCall("Version")));
    Asked();
  }

  std::string Reload(const Config& next) { return (**proxy).Reload(next); }

  Config WithoutSide() const {
    Config next = config;
    next.runtimes.erase(next.runtimes.begin() + 1);
    std::erase_if(next.routes, [](const RouteConfig& route) { return route.runtime == "side"; });
    return next;
  }
};

}  // namespace crimux
