#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/websocket/stream.hpp>

namespace crimux::ctl {

using ServerStream = boost::beast::websocket::stream<boost::asio::ip::tcp::socket>;

// Upgrades one client to `protocol`, whatever it offers, and serves it on a thread. What `serve`
// throws ends the connection without a goodbye.
class FakeServer {
 public:
  FakeServer(std::string protocol, std::function<void(ServerStream&)> serve);
  // Waits for `serve`.
  ~FakeServer();

  std::string url() const;
  // What the client offered; once it is served.
  std::string offered() const { return offered_; }
  void Join();

 private:
  void Serve(const std::string& protocol, const std::function<void(ServerStream&)>& serve);

  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::string offered_;
  std::thread thread_;
};

// The next message, as it was sent.
std::string ReceiveMessage(ServerStream& stream);
void SendMessage(ServerStream& stream, std::string_view message);

}  // namespace crimux::ctl
