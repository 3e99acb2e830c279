#include "vmruntime/exec/guest_commands.h"

#include <fmt/format.h>

#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/exec/mounted_key.h"
#include "vmruntime/exec/ssh_command.h"
#include "vmruntime/network/link/node_route.h"
#include "vmruntime/pod/machine_spec.h"

namespace crimux::vm {
namespace {

namespace asio = boost::asio;
using grpc::StatusCode;

constexpr std::string_view kExec = "exec in container";
constexpr uint16_t kSshPort = 22;
constexpr std::chrono::seconds kAgentPatience{5};
constexpr std::chrono::milliseconds kBootPoll{500};

// The guest agent has neither terminal nor input.
bool SuitsAgent(const streaming::CommandRequest& request) { return !request.tty && !request.stdin; }

bool IsOlderThan(const state::ContainerRecord& container, std::chrono::nanoseconds age) {
  return Now() - container.started_at() >= age.count();
}

asio::ip::tcp::endpoint SshAt(const std::string& address) {
  return {asio::ip::make_address(address), kSshPort};
}

bool HasWayOnNode(const std::string& address) {
  try {
    RequireWayOnNode(address);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

struct GuestCommands::Target {
  state::ContainerRecord container;
  std::string address;
  ExecOptions options;
};

GuestCommands::Target GuestCommands::Find(const std::string& container_id) const {
  Target target;
  target.container = registry_.GetContainer(container_id, kExec);
  if (target.container.state() != state::ContainerRecord::RUNNING) {
    throw Error(StatusCode::FAILED_PRECONDITION, kExec, target.container.id(), "it is not running");
  }
  auto sandbox = registry_.GetSandbox(target.container.sandbox_id(), kExec);
  if (sandbox.network().ips_size() > 0) target.address = sandbox.network().ips(0);
  target.options = ReadPodOptions(AnnotationsOf(sandbox.config())).exec;
  return target;
}

AgentCall GuestCommands::Agent(const std::string& container_id) const {
  return [&hypervisor = hypervisor_, container_id](const std::string& command) {
    return hypervisor.AgentCommand(container_id, command, kAgentPatience);
  };
}

Awaitable<std::shared_ptr<SshConnection>> GuestCommands::Connect(const Target& target) {
  if (target.address.empty()) {
    throw Error(StatusCode::FAILED_PRECONDITION, kExec, target.container.id(),
                "the pod has no address");
  }
  RequireWayOnNode(target.address);
  SshKey mounted;
  if (!target.options.ssh_key.empty()) {
    mounted = ReadMountedKey(target.container.config(), target.options.ssh_key);
  }
  SshLogin login{.user = target.options.ssh_user,
                 .key = mounted ? mounted.get() : key_.key(),
                 .host_key_file = layout_.Container(target.container.id()) / "ssh-host-key"};
  co_return co_await connections_.Get(target.container.id(), SshAt(target.address), login);
}

Awaitable<bool> GuestCommands::TakesCommands(const Target& target,
                                             const streaming::CommandRequest& request) {
  ExecWay way = target.options.way;
  bool by_agent = way == ExecWay::kAgent || (way == ExecWay::kAuto && SuitsAgent(request));
  bool by_ssh = (way == ExecWay::kAuto || way == ExecWay::kSsh) && !target.address.empty() &&
                HasWayOnNode(target.address);
  if (!by_agent && !by_ssh) co_return true;
  if (by_ssh) {
    bool answers = co_await connections_.Answers(target.container.id(), SshAt(target.address));
    if (answers) co_return true;
  }
  if (!by_agent) co_return false;
  AgentCall agent = Agent(target.container.id());
  co_return co_await agent_commands_.Answers(agent);
}

Awaitable<void> GuestCommands::AwaitBoot(const streaming::CommandRequest& request) {
  for (;;) {
    Target target = Find(request.container_id);
    if (IsOlderThan(target.container, boot_time_)) co_return;
    bool takes_commands = co_await TakesCommands(target, request);
    if (takes_commands) co_return;
    co_await Sleep(kBootPoll);
  }
}

Awaitable<int> GuestCommands::Run(const streaming::CommandRequest& request,
                                  streaming::CommandStreams streams) {
  if (request.command.empty()) {
    throw Error(StatusCode::INVALID_ARGUMENT, kExec, request.container_id, "no command");
  }
  Target target = Find(request.container_id);
  const std::string id = target.container.id();
  ExecWay way = target.options.way;
  if (way == ExecWay::kNone) {
    throw Error(StatusCode::FAILED_PRECONDITION, kExec, id,
                "the pod's annotation crimux.io/exec says none; attach gives the console");
  }
  if (way == ExecWay::kAgent && request.tty) {
    throw Error(StatusCode::FAILED_PRECONDITION, kExec, id,
                "the guest agent (crimux.io/exec: agent) has no terminal; run it without one");
  }
  AgentCall agent = Agent(id);
  bool agent_suits = SuitsAgent(request);
  if (way == ExecWay::kAuto && agent_suits) {
    bool answers = co_await agent_commands_.Answers(agent);
    if (answers) way = ExecWay::kAgent;
  }
  if (way == ExecWay::kAgent) {
    co_return co_await agent_commands_.Run(agent, request.command, streams);
  }
  std::shared_ptr<SshConnection> connection;
  try {
    connection = co_await Connect(target);
  } catch (const Error& e) {
    std::string_view tried = way == ExecWay::kSsh ? ""
                             : agent_suits        ? "the guest agent doesn't answer; "
                                                  : "the guest agent has no terminal or input; ";
    throw Error(StatusCode::FAILED_PRECONDITION, kExec, id,
                fmt::format("{}{}; attach gives the console", tried, e.what()));
  }
  co_return co_await RunOverSsh(connection, request.command, request.tty, streams);
}

}  // namespace crimux::vm
