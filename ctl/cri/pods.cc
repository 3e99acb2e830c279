#include "ctl/cri/pods.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "base/id.h"

namespace crimux::ctl {
namespace {

using runtime::v1::Container;
using runtime::v1::PodSandbox;

std::string FullName(const PodSandbox& sandbox) {
  return sandbox.metadata().namespace_() + "/" + sandbox.metadata().name();
}

std::vector<PodSandbox> Matches(const std::vector<PodSandbox>& sandboxes, const std::string& word) {
  std::vector<PodSandbox> by_name;
  std::vector<PodSandbox> by_id;
  for (const PodSandbox& sandbox : sandboxes) {
    if (sandbox.metadata().name() == word || FullName(sandbox) == word) by_name.push_back(sandbox);
    if (sandbox.id().starts_with(word)) by_id.push_back(sandbox);
  }
  if (by_name.size() > 1) {
    // The runtime keeps dead sandboxes of a pod beside the one that lives.
    auto dead = [](const PodSandbox& s) { return s.state() != runtime::v1::SANDBOX_READY; };
    auto living = by_name;
    std::erase_if(living, dead);
    if (living.size() == 1) return living;
  }
  return by_name.empty() ? by_id : by_name;
}

void StopContainer(CriClient& client, const std::string& id, std::chrono::seconds grace) {
  runtime::v1::StopContainerRequest request;
  request.set_container_id(id);
  request.set_timeout(grace.count());
  try {
    client.Call(&RuntimeStub::StopContainer, request,
                {"StopContainer", ShortId(id), grace + std::chrono::seconds(120)});
  } catch (const Error& e) {
    if (e.code() != grpc::StatusCode::NOT_FOUND) throw;
  }
}

}  // namespace

std::vector<PodSandbox> ListSandboxes(CriClient& client, const Labels& labels) {
  runtime::v1::ListPodSandboxRequest request;
  request.mutable_filter()->mutable_label_selector()->insert(labels.begin(), labels.end());
  auto response = client.Call(&RuntimeStub::ListPodSandbox, request, {"ListPodSandbox", ""});
  return {response.items().begin(), response.items().end()};
}

std::vector<Container> ListContainers(CriClient& client, const std::string& sandbox_id) {
  runtime::v1::ListContainersRequest request;
  if (!sandbox_id.empty()) request.mutable_filter()->set_pod_sandbox_id(sandbox_id);
  auto response = client.Call(&RuntimeStub::ListContainers, request, {"ListContainers", ""});
  return {response.containers().begin(), response.containers().end()};
}

PodSandbox FindSandbox(CriClient& client, const std::string& word) {
  std::vector<PodSandbox> found = Matches(ListSandboxes(client), word);
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    throw Error(grpc::StatusCode::NOT_FOUND, "find pod", word, "no pod has this name or id");
  }
  std::vector<std::string> names;
  for (const PodSandbox& sandbox : found) {
    names.push_back(fmt::format("{} ({})", FullName(sandbox), ShortId(sandbox.id())));
  }
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "find pod", word,
              fmt::format("several pods match: {}", fmt::join(names, ", ")));
}

void RemovePod(CriClient& client, const std::string& sandbox_id, std::chrono::seconds grace) {
  for (const Container& container : ListContainers(client, sandbox_id)) {
    StopContainer(client, container.id(), grace);
  }
  runtime::v1::StopPodSandboxRequest stop;
  stop.set_pod_sandbox_id(sandbox_id);
  client.Call(&RuntimeStub::StopPodSandbox, stop, {"StopPodSandbox", ShortId(sandbox_id)});
  runtime::v1::RemovePodSandboxRequest remove;
  remove.set_pod_sandbox_id(sandbox_id);
  client.Call(&RuntimeStub::RemovePodSandbox, remove, {"RemovePodSandbox", ShortId(sandbox_id)});
}

}  // namespace crimux::ctl
