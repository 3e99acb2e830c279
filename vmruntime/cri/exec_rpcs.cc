#include <optional>

#include "base/error.h"
#include "vmruntime/cri/rpcs.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

std::vector<std::string> Words(const google::protobuf::RepeatedPtrField<std::string>& command) {
  return {command.begin(), command.end()};
}

void Sync(boost::asio::io_context& io, GuestCommands& commands, const cri::ExecSyncRequest& request,
          cri::ExecSyncResponse& response, const CallContext& context) {
  std::optional<std::chrono::seconds> timeout;
  if (request.timeout() > 0) timeout = std::chrono::seconds(request.timeout());
  ExecResult result = ExecSync(io, commands,
                               {.container_id = request.container_id(),
                                .command = Words(request.cmd()),
                                .stdout = true,
                                .stderr = true},
                               timeout, context);
  response.set_exit_code(result.exit_code);
  response.set_stdout(std::move(result.out));
  response.set_stderr(std::move(result.err));
}

// What must hold when the URL is made; the session looks again.
void Exec(const Rooms& rooms, streaming::Server& server, const cri::ExecRequest& request,
          cri::ExecResponse& response) {
  constexpr std::string_view kOperation = "exec in container";
  auto container = rooms.registry.GetContainer(request.container_id(), kOperation);
  if (container.state() != state::ContainerRecord::RUNNING) {
    throw Error(grpc::FAILED_PRECONDITION, kOperation, container.id(), "it is not running");
  }
  response.set_url(server.ExecUrl({.container_id = container.id(),
                                   .command = Words(request.cmd()),
                                   .stdin = request.stdin(),
                                   .stdout = request.stdout(),
                                   .stderr = request.stderr(),
                                   .tty = request.tty()}));
}

}  // namespace

void AddExecRpcs(Dispatcher& dispatcher, const Rooms& rooms, streaming::Server& server,
                 boost::asio::io_context& io, GuestCommands& commands) {
  dispatcher.Add<cri::ExecSyncRequest, cri::ExecSyncResponse>(
      "ExecSync", [&](const auto& request, auto& response, const CallContext& context) {
        Sync(io, commands, request, response, context);
      });
  dispatcher.Add<cri::ExecRequest, cri::ExecResponse>(
      "Exec", [rooms, &server](const auto& request, auto& response, const auto&) {
        Exec(rooms, server, request, response);
      });
}

}  // namespace crimux::vm
