#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <memory>

#include "base/file.h"
#include "ctl/commands.h"
#include "ctl/kubelet/image_name.h"
#include "ctl/manifest/read_pod.h"
#include "ctl/run_pod.h"

namespace crimux::ctl {
namespace {

struct RunOptions {
  std::vector<std::string> files;
  std::string handler;
  Node node;
};

Manifests ReadManifests(const std::string& file) {
  if (file != "-") return ParsePods(ReadFile(file), file);
  std::string text(std::istreambuf_iterator<char>(std::cin), {});
  return ParsePods(text, "stdin");
}

// All files are read before anything runs.
std::vector<Pod> ReadPods(const std::vector<std::string>& files) {
  std::vector<Pod> pods;
  for (const std::string& file : files) {
    Manifests manifests = ReadManifests(file);
    for (const std::string& warning : manifests.warnings) {
      fmt::print(stderr, "crimuxctl: {}\n", warning);
    }
    pods.insert(pods.end(), manifests.pods.begin(), manifests.pods.end());
  }
  for (const Pod& pod : pods) {
    for (const Container& container : pod.containers) NormalImageName(container.image);
  }
  return pods;
}

void RunPods(const std::string& endpoint, RunOptions options) {
  std::vector<Pod> pods = ReadPods(options.files);
  options.node.memory_capacity = MemoryCapacity();
  CriClient client(endpoint);
  for (const Pod& pod : pods) {
    options.node.now = std::chrono::system_clock::now();
    std::string handler = options.handler.empty() ? pod.runtime_class : options.handler;
    fmt::print("{} {}\n", pod.FullName(), RunPod(client, pod, options.node, handler));
    std::fflush(stdout);
  }
}

}  // namespace

void AddRun(CLI::App& app, const Common& common) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command =
      app.add_subcommand("run", "Run the Pods of a manifest; prints name and sandbox id of each");
  command->add_option("-f,--filename", options->files, "Pod manifest, or - for standard input")
      ->required()
      ->type_name("FILE");
  command->add_option("--runtime-handler", options->handler,
                      "RuntimeClass handler; default: the pod's runtimeClassName");
  command->add_option("--log-root", options->node.log_root, "Logs lie below")
      ->capture_default_str();
  command->add_option("--pod-root", options->node.pod_root, "emptyDir volumes lie below")
      ->capture_default_str();
  command->add_option("--resolv-conf", options->node.resolv_conf, "The node's resolver")
      ->capture_default_str();
  command->add_option("--cgroup-parent", options->node.cgroup_parent,
                      "Cgroup for the sandboxes; default: the runtime's choice");
  command->callback([options, &common] { RunPods(common.endpoint, *options); });
}

}  // namespace crimux::ctl
