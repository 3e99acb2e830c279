#pragma once

#include <boost/asio/ip/tcp.hpp>

#include "vmruntime/streaming/transport.h"

namespace crimux::vm::streaming {

// Bytes as they lie on the connection.
class TcpTransport final : public Transport {
 public:
  // `early`: what was read from the socket beyond the request.
  TcpTransport(boost::asio::ip::tcp::socket socket, std::string early)
      : socket_(std::move(socket)), early_(std::move(early)) {}

  Awaitable<size_t> Read(char* buffer, size_t size) override;
  Awaitable<void> Write(const std::string& head, const std::string& body) override;
  Awaitable<void> SayGoodbye() override { co_return; }
  Awaitable<void> Finish() override;
  bool ClientHasGone() const override;

 private:
  boost::asio::ip::tcp::socket socket_;
  std::string early_;
};

// Whether the other end of a connected socket has closed or broken it, whatever there is to read.
bool PeerHasGone(int socket);

}  // namespace crimux::vm::streaming
