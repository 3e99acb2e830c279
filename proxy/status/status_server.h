#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include "proxy/front/socket_lock.h"

namespace crimux::proxy {

struct StatusRequest {
  std::string method;
  // Path and query as they came.
  std::string target;
  std::string body;
};

struct StatusReply {
  int code = 200;
  std::string content_type = "application/json";
  std::string body;
  // Makes the body instead, on the server's thread; for what takes a while.
  std::function<std::string()> render;
};

// HTTP on a Unix socket of mode 0600, on a thread of its own.
class StatusServer {
 public:
  // Answers a request, once, from any thread, now or later. Called on the server's thread.
  using Answer = std::function<void(StatusReply reply)>;
  using Handler = std::function<void(const StatusRequest& request, Answer answer)>;

  // Throws Error when the socket is another's or can't be made.
  StatusServer(const std::filesystem::path& socket, Handler handler);
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;
  // Drops all connections and removes the socket.
  ~StatusServer();

 private:
  SocketLock lock_;
  Handler handler_;
  boost::asio::io_context io_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::jthread thread_;
};

}  // namespace crimux::proxy
