#include "vmruntime/sessions/pod_sessions.h"

#include "base/error.h"
#include "vmruntime/network/link/node_route.h"
#include "vmruntime/sessions/attach.h"
#include "vmruntime/sessions/port_forward.h"

namespace crimux::vm {
namespace {

constexpr std::string_view kForward = "forward ports of pod sandbox";

// The pod's first address, while the pod is there.
boost::asio::ip::address AddressOf(const state::SandboxRecord& sandbox) {
  if (sandbox.state() != state::SandboxRecord::READY) {
    throw Error(grpc::FAILED_PRECONDITION, kForward, sandbox.id(), "the pod sandbox is not ready");
  }
  if (sandbox.network().ips().empty()) {
    throw Error(grpc::FAILED_PRECONDITION, kForward, sandbox.id(), "the pod has no address");
  }
  return boost::asio::ip::make_address(sandbox.network().ips(0));
}

}  // namespace

Awaitable<int> PodSessions::Exec(const streaming::CommandRequest& request,
                                 streaming::CommandStreams streams) {
  co_await commands_.AwaitBoot(request);
  co_return co_await commands_.Run(request, streams);
}

Awaitable<void> PodSessions::Attach(const streaming::CommandRequest& request,
                                    streaming::CommandStreams streams) {
  auto container = registry_.GetContainer(request.container_id, "attach to container");
  std::shared_ptr<SharedConsole> console = consoles_.Find(container.id());
  if (!console) {
    throw Error(grpc::FAILED_PRECONDITION, "attach to container", container.id(),
                "it is not running");
  }
  co_await AttachToConsole(console, streams, request.tty, container.config().stdin_once());
}

Awaitable<void> PodSessions::PortForward(const std::string& sandbox_id, uint16_t port,
                                         streaming::InputStream& in, streaming::OutputStream& out) {
  boost::asio::ip::address address = AddressOf(registry_.GetSandbox(sandbox_id, kForward));
  RequireWayOnNode(address.to_string());
  boost::asio::ip::tcp::endpoint endpoint(address, port);
  co_await ForwardPort(endpoint, in, out);
}

}  // namespace crimux::vm
