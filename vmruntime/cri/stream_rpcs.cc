#include "base/error.h"
#include "vmruntime/cri/rpcs.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

// What must hold when the URL is made; the session looks again.
std::string RequireRunning(const Rooms& rooms, const std::string& id, std::string_view operation) {
  state::ContainerRecord container = rooms.registry.GetContainer(id, operation);
  if (container.state() == state::ContainerRecord::RUNNING) return container.id();
  throw Error(grpc::FAILED_PRECONDITION, operation, container.id(), "it is not running");
}

std::string RequireReady(const Rooms& rooms, const std::string& id, std::string_view operation) {
  state::SandboxRecord sandbox = rooms.registry.GetSandbox(id, operation);
  if (sandbox.state() == state::SandboxRecord::READY) return sandbox.id();
  throw Error(grpc::FAILED_PRECONDITION, operation, sandbox.id(), "the pod sandbox is not ready");
}

void Attach(const Rooms& rooms, streaming::Server& server, const cri::AttachRequest& request,
            cri::AttachResponse& response) {
  response.set_url(server.AttachUrl(
      {.container_id = RequireRunning(rooms, request.container_id(), "attach to container"),
       .command = {},
       .stdin = request.stdin(),
       .stdout = request.stdout(),
       .stderr = request.stderr(),
       .tty = request.tty()}));
}

void PortForward(const Rooms& rooms, streaming::Server& server,
                 const cri::PortForwardRequest& request, cri::PortForwardResponse& response) {
  constexpr std::string_view kOperation = "forward ports of pod sandbox";
  streaming::PortForwardRequest wanted{
      .sandbox_id = RequireReady(rooms, request.pod_sandbox_id(), kOperation), .ports = {}};
  for (int32_t port : request.port()) {
    if (port < 1 || port > 65535) {
      throw Error(grpc::INVALID_ARGUMENT, kOperation, wanted.sandbox_id,
                  "there is no port " + std::to_string(port));
    }
    wanted.ports.push_back(static_cast<uint16_t>(port));
  }
  response.set_url(server.PortForwardUrl(std::move(wanted)));
}

}  // namespace

void AddStreamRpcs(Dispatcher& dispatcher, const Rooms& rooms, streaming::Server& server) {
  dispatcher.Add<cri::AttachRequest, cri::AttachResponse>(
      "Attach", [rooms, &server](const auto& request, auto& response, const auto&) {
        Attach(rooms, server, request, response);
      });
  dispatcher.Add<cri::PortForwardRequest, cri::PortForwardResponse>(
      "PortForward", [rooms, &server](const auto& request, auto& response, const auto&) {
        PortForward(rooms, server, request, response);
      });
}

}  // namespace crimux::vm
