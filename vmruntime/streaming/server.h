#pragma once

#include <memory>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/io/tcp_server.h"
#include "base/tickets.h"
#include "config/config.h"
#include "vmruntime/streaming/handlers.h"
#include "vmruntime/streaming/spdy_sessions.h"
#include "vmruntime/streaming/ticket.h"

namespace crimux::vm::streaming {

// Serves exec, attach and port-forward as the CRI has it: an RPC makes a URL, and the kubelet, or
// whoever got it, comes there over HTTP and goes on in SPDY/3.1 or WebSocket. All sessions run on
// the one thread of `io`; each is a coroutine.
class Server {
 public:
  // Listens at once. `io` is run by somebody, and is stopped before this object is destroyed, and
  // destroyed after it. `config` has its idle time. Throws Error when the address can't be had.
  Server(boost::asio::io_context& io, const StreamingConfig& config, Handlers& handlers,
         SessionTimes times = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Each makes a URL for one use within a minute. Any thread. Throw Error: INVALID_ARGUMENT for a
  // request that can't be served, RESOURCE_EXHAUSTED when too many URLs wait for their use.
  std::string ExecUrl(CommandRequest request);
  std::string AttachUrl(CommandRequest request);
  std::string PortForwardUrl(PortForwardRequest request);

 private:
  Awaitable<void> Serve(boost::asio::ip::tcp::socket socket);
  std::string Url(std::string_view path, Ticket ticket);

  SessionTimes times_;
  Handlers& handlers_;
  Tickets<Ticket> tickets_;
  TcpServer server_;
};

}  // namespace crimux::vm::streaming
