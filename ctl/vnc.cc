#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/error.h"
#include "ctl/commands.h"
#include "ctl/cri/vms.h"
#include "ctl/report/json_view.h"
#include "ctl/status_client.h"
#include "ctl/vnc/password.h"
#include "ctl/vnc/relay.h"

namespace crimux::ctl {
namespace {

struct VncOptions {
  std::string pod;
  std::string container;
  std::optional<uint16_t> port;
};

std::string SocketOf(const std::string& endpoint, const std::string& status_socket,
                     const VncOptions& options) {
  CriClient client(endpoint);
  std::string id = FindRunningVm(client, options.pod, options.container, "find VNC server of");
  return TextAt(ParsePage("vnc", GetOverSocket(status_socket, "/vnc?container=" + id)), "/socket");
}

// Until SIGINT or SIGTERM.
void Relay(const std::string& socket, uint16_t port) {
  boost::asio::io_context io(1);
  std::string password = RandomPassword();
  VncRelay relay(io,
                 {.socket = socket, .password = password, .port = port, .note = [](auto& words) {
                    fmt::print(stderr, "crimuxctl: {}\n", words);
                  }});
  fmt::print("address   127.0.0.1:{}\npassword  {}\n", relay.port(), password);
  std::fflush(stdout);
  fmt::print(stderr, "crimuxctl: for VNC viewers, until ctrl-C\n");
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](auto, int) { io.stop(); });
  io.run();
}

}  // namespace

void AddVnc(CLI::App& app, const Common& common) {
  auto options = std::make_shared<VncOptions>();
  CLI::App* command = app.add_subcommand(
      "vnc", "Print the Unix socket of a VM's VNC server, or open a port for viewers");
  auto status = AddSocketOption(command);
  command->add_option("pod", options->pod, "Name, namespace/name, or beginning of the id")
      ->required();
  command->add_option("-c,--container", options->container, "Its name, where the pod has several");
  command
      ->add_option("--port", options->port,
                   "Let viewers in on this port of 127.0.0.1 (0: any) by a password that is made "
                   "and printed, until ctrl-C")
      ->type_name("N");
  command->callback([options, status, &common] {
    std::string socket = SocketOf(common.endpoint, status->socket, *options);
    if (options->port) return Relay(socket, *options->port);
    fmt::print("{}\n", socket);
  });
}

}  // namespace crimux::ctl
