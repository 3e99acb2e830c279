#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/error.h"
#include "base/file.h"
#include "ctl/commands.h"
#include "ctl/cri/vms.h"
#include "ctl/status_client.h"

namespace crimux::ctl {
namespace {

// QEMU draws it between two steps of its guest.
constexpr std::chrono::seconds kScreenshotPatience{60};

struct ScreenshotOptions {
  std::string pod;
  std::string container;
  std::string file = "-";
};

void Screenshot(const std::string& endpoint, const std::string& socket,
                const ScreenshotOptions& options) {
  bool to_stdout = options.file == "-";
  if (to_stdout && ::isatty(STDOUT_FILENO) == 1) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "write a PNG to", "stdout",
                "it is a terminal; -o FILE says where else");
  }
  CriClient client(endpoint);
  std::string id = FindRunningVm(client, options.pod, options.container, "take screenshot of");
  std::string picture = GetOverSocket(socket, "/screenshot?container=" + id, kScreenshotPatience);
  if (to_stdout) {
    WriteAll(STDOUT_FILENO, picture, "stdout");
  } else {
    WriteFileAtomically(options.file, picture, 0644);
  }
}

}  // namespace

void AddScreenshot(CLI::App& app, const Common& common) {
  auto options = std::make_shared<ScreenshotOptions>();
  CLI::App* command = app.add_subcommand("screenshot", "Take a picture of a VM's display, as PNG");
  auto status = AddSocketOption(command);
  command->add_option("pod", options->pod, "Name, namespace/name, or beginning of the id")
      ->required();
  command->add_option("-c,--container", options->container, "Its name, where the pod has several");
  command->add_option("-o,--output", options->file, "Where to; - is the standard output")
      ->type_name("FILE")
      ->capture_default_str();
  command->callback(
      [options, status, &common] { Screenshot(common.endpoint, status->socket, *options); });
}

}  // namespace crimux::ctl
