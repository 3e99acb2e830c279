#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "ctl/commands.h"
#include "ctl/cri/pods.h"
#include "ctl/kubelet/names.h"
#include "ctl/pod_folders.h"

namespace crimux::ctl {
namespace {

struct RmOptions {
  std::vector<std::string> pods;
  bool all = false;
  int64_t grace = 30;
};

std::vector<runtime::v1::PodSandbox> Chosen(CriClient& client, const RmOptions& options) {
  if (options.all) return ListSandboxes(client, {{kManagedByLabel, kManagedByValue}});
  std::vector<runtime::v1::PodSandbox> sandboxes;
  for (const std::string& word : options.pods) sandboxes.push_back(FindSandbox(client, word));
  return sandboxes;
}

// False, and the reason printed, when the pod could not be removed.
bool Remove(CriClient& client, const runtime::v1::PodSandbox& sandbox, int64_t grace) {
  std::string name = sandbox.metadata().namespace_() + "/" + sandbox.metadata().name();
  try {
    RemovePod(client, sandbox.id(), std::chrono::seconds(grace));
    RemovePodFolders(sandbox);
    fmt::print("{} removed\n", name);
    return true;
  } catch (const Error& e) {
    fmt::print(stderr, "crimuxctl: {}: {}\n", name, e.what());
    return false;
  }
}

void RemovePods(const std::string& endpoint, const RmOptions& options) {
  CriClient client(endpoint);
  int failed = 0;
  for (const runtime::v1::PodSandbox& sandbox : Chosen(client, options)) {
    if (!Remove(client, sandbox, options.grace)) ++failed;
  }
  if (failed > 0) {
    throw Error(grpc::StatusCode::INTERNAL, "remove pods", "", fmt::format("{} failed", failed));
  }
}

}  // namespace

void AddRm(CLI::App& app, const Common& common) {
  auto options = std::make_shared<RmOptions>();
  CLI::App* command = app.add_subcommand("rm", "Stop and remove pods, with their logs");
  CLI::Option* pods =
      command->add_option("pods", options->pods, "Names, namespace/name, or beginnings of ids");
  command->add_flag("-a,--all", options->all, "All pods that crimuxctl run made")->excludes(pods);
  command->add_option("--grace", options->grace, "Seconds to wait for each container to end")
      ->check(CLI::Range(0, 86'400))
      ->capture_default_str();
  command->callback([options, &common] {
    if (options->pods.empty() && !options->all) throw CLI::RequiredError("pods, or --all");
    RemovePods(common.endpoint, *options);
  });
}

}  // namespace crimux::ctl
