#include <chrono>
#include <cstdio>
#include <memory>

#include "base/error.h"
#include "base/id.h"
#include "ctl/commands.h"
#include "ctl/cri/containers.h"
#include "ctl/logs/follower.h"
#include "ctl/logs/printer.h"

namespace crimux::ctl {
namespace {

struct LogsOptions {
  std::string pod;
  std::string container;
  bool follow = false;
  bool timestamps = false;
};

runtime::v1::ContainerStatus Status(CriClient& client, const std::string& id) {
  runtime::v1::ContainerStatusRequest request;
  request.set_container_id(id);
  return client.Call(&RuntimeStub::ContainerStatus, request, {"ContainerStatus", ShortId(id)})
      .status();
}

// Whether the container writes no more. Asks the runtime at most once a second.
class ExitWatch {
 public:
  ExitWatch(CriClient& client, std::string id) : client_(client), id_(std::move(id)) {}

  bool Exited() {
    auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + std::chrono::seconds(1);
    try {
      return Status(client_, id_).state() == runtime::v1::CONTAINER_EXITED;
    } catch (const Error& e) {
      if (e.code() == grpc::StatusCode::NOT_FOUND) return true;
      throw;
    }
  }

 private:
  CriClient& client_;
  std::string id_;
  std::chrono::steady_clock::time_point next_;
};

void PrintLogs(const std::string& endpoint, const LogsOptions& options) {
  CriClient client(endpoint);
  runtime::v1::Container container = FindContainer(client, options.pod, options.container);
  std::string path = Status(client, container.id()).log_path();
  if (path.empty()) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "read log of", options.pod,
                "the container has no log file");
  }
  LogPrinter printer(options.timestamps, [](bool is_error, std::string_view text) {
    // The streams are buffered apart; this keeps their order on a terminal.
    if (is_error) std::fflush(stdout);
    std::fwrite(text.data(), 1, text.size(), is_error ? stderr : stdout);
  });
  LogFollower follower(path, [&](std::string_view bytes) {
    printer.Add(bytes);
    std::fflush(stdout);
  });
  if (!options.follow) return follower.ReadAvailable();
  ExitWatch watch(client, container.id());
  follower.Follow([&] { return watch.Exited(); });
}

}  // namespace

void AddLogs(CLI::App& app, const Common& common) {
  auto options = std::make_shared<LogsOptions>();
  CLI::App* command = app.add_subcommand("logs", "Print what a container has written");
  command->add_option("pod", options->pod, "Name, namespace/name, or beginning of the id")
      ->required();
  command->add_option("container", options->container, "Its name, where the pod has several");
  command->add_flag("-f,--follow", options->follow, "Go on until the container exits");
  command->add_flag("--timestamps", options->timestamps, "Begin each line with its time");
  command->callback([options, &common] { PrintLogs(common.endpoint, *options); });
}

}  // namespace crimux::ctl
