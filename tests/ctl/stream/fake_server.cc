#include "tests/ctl/stream/fake_server.h"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace crimux::ctl {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

FakeServer::FakeServer(std::string protocol, std::function<void(ServerStream&)> serve)
    : acceptor_(io_, {asio::ip::address_v4::loopback(), 0}), thread_([this, protocol, serve] {
        try {
          Serve(protocol, serve);
        } catch (const boost::system::system_error&) {
        }
      }) {}

FakeServer::~FakeServer() { Join(); }

void FakeServer::Join() {
  if (thread_.joinable()) thread_.join();
}

std::string FakeServer::url() const {
  return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/exec/t";
}

void FakeServer::Serve(const std::string& protocol,
                       const std::function<void(ServerStream&)>& serve) {
  ServerStream stream(acceptor_.accept());
  boost::beast::flat_buffer buffer;
  http::request<http::string_body> request;
  http::read(stream.next_layer(), buffer, request);
  offered_ = std::string(request[http::field::sec_websocket_protocol]);
  stream.set_option(websocket::stream_base::decorator([&](websocket::response_type& reply) {
    if (!protocol.empty()) reply.set(http::field::sec_websocket_protocol, protocol);
  }));
  stream.accept(request);
  stream.binary(true);
  serve(stream);
}

std::string ReceiveMessage(ServerStream& stream) {
  boost::beast::flat_buffer buffer;
  stream.read(buffer);
  return boost::beast::buffers_to_string(buffer.data());
}

void SendMessage(ServerStream& stream, std::string_view message) {
  stream.write(asio::buffer(message));
}

}  // namespace crimux::ctl
