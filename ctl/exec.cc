#include <fmt/format.h>

#include <memory>

#include "base/id.h"
#include "ctl/commands.h"
#include "ctl/cri/containers.h"
#include "ctl/stream/session.h"

namespace crimux::ctl {
namespace {

struct ExecOptions {
  std::string pod;
  std::string container;
  std::vector<std::string> command;
  bool input = false;
  bool tty = false;
};

std::string ExecUrl(CriClient& client, const ExecOptions& options) {
  runtime::v1::ExecRequest request;
  request.set_container_id(FindContainer(client, options.pod, options.container).id());
  for (const std::string& word : options.command) request.add_cmd(word);
  request.set_stdin(options.input);
  request.set_tty(options.tty);
  request.set_stdout(true);
  // A terminal has one output.
  request.set_stderr(!options.tty);
  return client.Call(&RuntimeStub::Exec, request, {"Exec", ShortId(request.container_id())}).url();
}

int Exec(const std::string& endpoint, const ExecOptions& options) {
  CriClient client(endpoint);
  SessionOptions session{.input = options.input, .tty = options.tty};
  session.note = [](std::string_view words) { fmt::print(stderr, "crimuxctl: {}\n", words); };
  return RunSession(ExecUrl(client, options), session).exit_code;
}

}  // namespace

void AddExec(CLI::App& app, const Common& common) {
  auto options = std::make_shared<ExecOptions>();
  CLI::App* command =
      app.add_subcommand("exec", "Run a command in a container or VM; exits with its code");
  command->add_option("pod", options->pod, "Name, namespace/name, or beginning of the id")
      ->required();
  command->add_option("command", options->command, "The command, behind --")->required();
  command->add_option("-c,--container", options->container, "Its name, where the pod has several");
  command->add_flag("-i,--stdin", options->input, "Pass the standard input on, and its end");
  command->add_flag("-t,--tty", options->tty, "Give the command a terminal");
  command->callback([options, &common] {
    if (int code = Exec(common.endpoint, *options); code != 0) throw CLI::RuntimeError(code);
  });
}

}  // namespace crimux::ctl
