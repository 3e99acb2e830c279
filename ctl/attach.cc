#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "base/error.h"
#include "base/id.h"
#include "ctl/commands.h"
#include "ctl/cri/containers.h"
#include "ctl/cri/vms.h"
#include "ctl/stream/session.h"

namespace crimux::ctl {
namespace {

struct AttachOptions {
  std::string pod;
  std::string container;
  bool input = false;
  bool tty = false;
};

std::string AttachUrl(CriClient& client, const std::string& id, const AttachOptions& options) {
  runtime::v1::AttachRequest request;
  request.set_container_id(id);
  request.set_stdin(options.input);
  request.set_tty(options.tty);
  request.set_stdout(true);
  // A terminal has one output.
  request.set_stderr(!options.tty);
  return client.Call(&RuntimeStub::Attach, request, {"Attach", ShortId(id)}).url();
}

void Note(std::string_view words) { fmt::print(stderr, "crimuxctl: {}\n", words); }

void Join(CriClient& client, const std::string& id, const AttachOptions& options) {
  SessionOptions session{.input = options.input, .tty = options.tty, .note = Note};
  std::string url = AttachUrl(client, id, options);
  bool raw = options.input && options.tty && ::isatty(STDIN_FILENO) == 1;
  if (raw) {
    session.escape = kEscapeKey;
    Note(fmt::format("attached to {}; ctrl-] leaves", options.pod));
  }
  SessionEnd end = RunSession(url, session);
  if (raw) fmt::print(stderr, "\n");
  if (end.left) Note("left");
  if (end.exit_code != 0) throw CLI::RuntimeError(end.exit_code);
}

void Attach(const std::string& endpoint, const AttachOptions& options) {
  CriClient client(endpoint);
  Join(client, FindContainer(client, options.pod, options.container).id(), options);
}

void Console(const std::string& endpoint, AttachOptions options) {
  constexpr std::string_view kOpen = "open console of";
  CriClient client(endpoint);
  std::string id = FindRunningVm(client, options.pod, options.container, kOpen);
  if (::isatty(STDIN_FILENO) != 1) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, kOpen, options.pod,
                "the standard input is no terminal; attach -i takes what it is");
  }
  options.input = true;
  options.tty = true;
  Join(client, id, options);
}

void AddTarget(CLI::App* command, AttachOptions* options) {
  command->add_option("pod", options->pod, "Name, namespace/name, or beginning of the id")
      ->required();
  command->add_option("-c,--container", options->container, "Its name, where the pod has several");
}

}  // namespace

void AddAttach(CLI::App& app, const Common& common) {
  auto options = std::make_shared<AttachOptions>();
  CLI::App* command = app.add_subcommand(
      "attach", "Show what a container, or a VM's serial console, writes, until it ends");
  AddTarget(command, options.get());
  command->add_flag("-i,--stdin", options->input, "Pass the standard input on");
  command->add_flag("-t,--tty", options->tty, "The container has a terminal, as VMs have");
  command->callback([options, &common] { Attach(common.endpoint, *options); });
}

void AddConsole(CLI::App& app, const Common& common) {
  auto options = std::make_shared<AttachOptions>();
  CLI::App* command = app.add_subcommand(
      "console", "The terminal becomes the VM's serial console; ctrl-] leaves it (attach -it)");
  AddTarget(command, options.get());
  command->callback([options, &common] { Console(common.endpoint, *options); });
}

}  // namespace crimux::ctl
