#include "vmruntime/streaming/server.h"

#include <utility>

#include "base/error.h"
#include "vmruntime/streaming/visit.h"

namespace crimux::vm::streaming {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

void Check(const CommandRequest& request, std::string_view operation) {
  auto fail = [&](std::string_view cause) {
    throw Error(grpc::INVALID_ARGUMENT, operation, request.container_id, cause);
  };
  if (request.container_id.empty()) fail("container_id is empty");
  if (request.tty && request.stderr) fail("tty and stderr exclude each other");
  if (!request.stdin && !request.stdout && !request.stderr) {
    fail("one of stdin, stdout and stderr is wanted");
  }
}

}  // namespace

Server::Server(asio::io_context& io, const StreamingConfig& config, Handlers& handlers,
               SessionTimes times)
    : times_{.creation = times.creation, .idle = config.idle_timeout, .stall = times.stall},
      handlers_(handlers),
      server_(io, config.address, config.port,
              [this](tcp::socket socket) { return Serve(std::move(socket)); }) {}

Awaitable<void> Server::Serve(tcp::socket socket) {
  Visit visit(std::move(socket), tickets_, handlers_, times_);
  co_await visit.Serve();
}

std::string Server::ExecUrl(CommandRequest request) {
  Check(request, "exec in container");
  return Url("/exec/", Command{CommandKind::kExec, std::move(request)});
}

std::string Server::AttachUrl(CommandRequest request) {
  Check(request, "attach to container");
  return Url("/attach/", Command{CommandKind::kAttach, std::move(request)});
}

std::string Server::PortForwardUrl(PortForwardRequest request) {
  if (request.sandbox_id.empty()) {
    throw Error(grpc::INVALID_ARGUMENT, "forward ports of", "", "pod_sandbox_id is empty");
  }
  return Url("/portforward/", std::move(request));
}

std::string Server::Url(std::string_view path, Ticket ticket) {
  return server_.url() + std::string(path) + tickets_.Add(std::move(ticket));
}

}  // namespace crimux::vm::streaming
