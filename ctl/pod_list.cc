#include "ctl/pod_list.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include <boost/json.hpp>

#include "base/error.h"
#include "base/id.h"
#include "ctl/cri/pods.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

std::string StateName(runtime::v1::ContainerState state) {
  switch (state) {
    case runtime::v1::CONTAINER_CREATED:
      return "created";
    case runtime::v1::CONTAINER_RUNNING:
      return "running";
    case runtime::v1::CONTAINER_EXITED:
      return "exited";
    default:
      return "unknown";
  }
}

// Empty also when the sandbox has gone meanwhile.
std::vector<std::string> Addresses(CriClient& client, const std::string& sandbox_id) {
  runtime::v1::PodSandboxStatusRequest request;
  request.set_pod_sandbox_id(sandbox_id);
  try {
    auto status = client.Call(&RuntimeStub::PodSandboxStatus, request,
                              {"PodSandboxStatus", ShortId(sandbox_id)});
    const auto& network = status.status().network();
    std::vector<std::string> ips;
    if (!network.ip().empty()) ips.push_back(network.ip());
    for (const runtime::v1::PodIP& more : network.additional_ips()) ips.push_back(more.ip());
    return ips;
  } catch (const Error& e) {
    if (e.code() == grpc::StatusCode::NOT_FOUND) return {};
    throw;
  }
}

ListedPod ToListed(CriClient& client, const runtime::v1::PodSandbox& sandbox) {
  ListedPod pod;
  pod.id = sandbox.id();
  pod.name = sandbox.metadata().name();
  pod.pod_namespace = sandbox.metadata().namespace_();
  pod.uid = sandbox.metadata().uid();
  bool ready = sandbox.state() == runtime::v1::SANDBOX_READY;
  pod.state = ready ? "ready" : "notready";
  pod.runtime_handler = sandbox.runtime_handler();
  pod.created_at = std::chrono::nanoseconds(sandbox.created_at());
  if (ready) pod.ips = Addresses(client, sandbox.id());
  return pod;
}

std::string ContainerCell(const std::vector<ListedContainer>& containers) {
  std::vector<std::string> words;
  for (const ListedContainer& container : containers) {
    words.push_back(fmt::format("{}:{}", container.name, container.state));
  }
  return fmt::format("{}", fmt::join(words, ","));
}

}  // namespace

std::vector<ListedPod> ListPods(CriClient& client) {
  std::vector<ListedPod> pods;
  for (const runtime::v1::PodSandbox& sandbox : ListSandboxes(client)) {
    pods.push_back(ToListed(client, sandbox));
  }
  for (const runtime::v1::Container& container : ListContainers(client)) {
    auto pod = std::find_if(pods.begin(), pods.end(),
                            [&](const ListedPod& p) { return p.id == container.pod_sandbox_id(); });
    if (pod == pods.end()) continue;
    const auto& image = container.image();
    pod->containers.push_back(
        {container.id(), container.metadata().name(), StateName(container.state()),
         image.user_specified_image().empty() ? image.image() : image.user_specified_image()});
  }
  std::stable_sort(pods.begin(), pods.end(), [](const ListedPod& a, const ListedPod& b) {
    return a.created_at > b.created_at;
  });
  return pods;
}

std::string PodTable(const std::vector<ListedPod>& pods, std::chrono::nanoseconds now) {
  Table table({"POD", "NAMESPACE", "ID", "STATE", "CONTAINERS", "IP", "HANDLER", "AGE"});
  for (const ListedPod& pod : pods) {
    table.Add({pod.name, pod.pod_namespace, ShortId(pod.id), pod.state,
               ContainerCell(pod.containers), fmt::format("{}", fmt::join(pod.ips, ",")),
               pod.runtime_handler, FormatAge(now - pod.created_at)});
  }
  return table.ToString();
}

std::string PodJson(const std::vector<ListedPod>& pods) {
  boost::json::array list;
  for (const ListedPod& pod : pods) {
    boost::json::array containers;
    for (const ListedContainer& container : pod.containers) {
      containers.push_back({{"id", container.id},
                            {"name", container.name},
                            {"state", container.state},
                            {"image", container.image}});
    }
    list.push_back({{"id", pod.id},
                    {"name", pod.name},
                    {"namespace", pod.pod_namespace},
                    {"uid", pod.uid},
                    {"state", pod.state},
                    {"runtimeHandler", pod.runtime_handler},
                    {"ips", boost::json::array(pod.ips.begin(), pod.ips.end())},
                    {"createdAt", pod.created_at.count()},
                    {"containers", std::move(containers)}});
  }
  return boost::json::serialize(boost::json::object{{"pods", std::move(list)}}) + "\n";
}

}  // namespace crimux::ctl
