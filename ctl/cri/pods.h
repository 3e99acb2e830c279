#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "ctl/cri/client.h"

namespace crimux::ctl {

using Labels = std::map<std::string, std::string>;

// All sandboxes (containers) that carry the labels.
std::vector<runtime::v1::PodSandbox> ListSandboxes(CriClient& client, const Labels& labels = {});
std::vector<runtime::v1::Container> ListContainers(CriClient& client,
                                                   const std::string& sandbox_id = "");

// The sandbox that `word` names: "name", "namespace/name", or the beginning of an id. Throws Error:
// NOT_FOUND, or FAILED_PRECONDITION when several match.
runtime::v1::PodSandbox FindSandbox(CriClient& client, const std::string& word);

// A sandbox, and all that is in it, in the kubelet's order: each container is stopped with `grace`,
// then the sandbox stopped and removed. What is gone already is no error.
void RemovePod(CriClient& client, const std::string& sandbox_id, std::chrono::seconds grace);

}  // namespace crimux::ctl
