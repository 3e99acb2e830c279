#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "ctl/cri/client.h"

namespace crimux::ctl {

struct ListedContainer {
  std::string id;
  std::string name;
  // created, running, exited or unknown.
  std::string state;
  std::string image;
};

struct ListedPod {
  std::string id;
  std::string name;
  std::string pod_namespace;
  std::string uid;
  // ready or notready.
  std::string state;
  std::string runtime_handler;
  std::vector<std::string> ips;
  std::chrono::nanoseconds created_at{0};
  std::vector<ListedContainer> containers;
};

// All pods, the newest first, with their containers. Throws Error.
std::vector<ListedPod> ListPods(CriClient& client);

std::string PodTable(const std::vector<ListedPod>& pods, std::chrono::nanoseconds now);
std::string PodJson(const std::vector<ListedPod>& pods);

}  // namespace crimux::ctl
