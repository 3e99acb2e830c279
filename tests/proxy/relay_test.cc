// Runtimes with `streaming: proxy`: crimux serves their streams in their place.
#include <thread>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace asio = boost::asio;
namespace cri = runtime::v1;
using asio::ip::tcp;

// A runtime's streaming server, for one connection: keeps the head of the request, answers it with
// 101, sends back what comes, and at the client's end "bye" behind it.
class EchoServer {
 public:
  EchoServer()
      : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this] { Serve(); }) {}
  ~EchoServer() {
    // Wakes an accept that nobody came for.
    tcp::socket socket(io_);
    boost::system::error_code ignored;
    socket.connect(acceptor_.local_endpoint(), ignored);
    socket.close();
    if (thread_.joinable()) thread_.join();
  }

  std::string Authority() const {
    return "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }
  // Of the request; waits for the connection's end.
  const std::string& Head() {
    thread_.join();
    return head_;
  }

 private:
  void Serve() {
    tcp::socket socket = acceptor_.accept();
    boost::system::error_code error;
    size_t length = asio::read_until(socket, asio::dynamic_buffer(head_), "\r\n\r\n", error);
    if (error) return;
    std::string early = head_.substr(length);
    head_.resize(length);
    asio::write(socket, asio::buffer("HTTP/1.1 101 Switching Protocols\r\n\r\n" + early));
    std::string piece(65536, '\0');
    while (size_t got = socket.read_some(asio::buffer(piece), error)) {
      asio::write(socket, asio::buffer(piece, got), error);
    }
    asio::write(socket, asio::buffer(std::string("bye")), error);
  }

  asio::io_context io_;
  tcp::acceptor acceptor_;
  std::string head_;
  std::thread thread_;
};

struct RelayNode : Node {
  RelayNode() {
    config.runtimes[1].relays_streams = true;
    side.AddSandbox("s1");
    side.AddContainer("c1", "s1");
    main.AddSandbox("s2");
    main.AddContainer("c2", "s2");
    Start();
  }

  // What Exec answers when the runtime's answer is `url`.
  std::string ExecUrl(const std::string& url, const std::string& container = "c1") {
    cri::ExecResponse answer;
    answer.set_url(url);
    FakeCri& cri = container == "c1" ? side : main;
    cri.On("Exec", FakeAnswer{.messages = {answer.SerializeAsString()}});
    Context context;
    cri::ExecRequest request;
    request.set_container_id(container);
    cri::ExecResponse response;
    status = runtime->Exec(&context, request, &response);
    return response.url();
  }

  grpc::Status status;
};

// A connection to where a URL leads, and the path of that.
struct Client {
  explicit Client(const std::string& url) : socket(io) {
    REQUIRE(url.starts_with("http://127.0.0.1:"));
    size_t slash = url.find('/', 7);
    path = url.substr(slash);
    auto port = static_cast<uint16_t>(std::stoul(url.substr(17, slash - 17)));
    socket.connect({asio::ip::address_v4::loopback(), port});
  }

  void Send(const std::string& bytes) { asio::write(socket, asio::buffer(bytes)); }
  std::string ReadAll() {
    std::string all;
    boost::system::error_code ended;
    asio::read(socket, asio::dynamic_buffer(all), ended);
    return all;
  }

  asio::io_context io;
  tcp::socket socket;
  std::string path;
};

TEST_CASE("a relayed stream leads to the runtime's server, with its path and host") {
  RelayNode node;
  std::string replied;
  EchoServer server;
  {
    std::string url = node.ExecUrl("http://" + server.Authority() + "/exec/token?x=1");
    REQUIRE(node.status.ok());
    Client client(url);
    client.Send("POST " + client.path +
                " HTTP/1.1\r\nHost: crimux\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: a\r\n"
                "X-Stream-Protocol-Version: b\r\n\r\nearly");
    client.Send(" and late");
    client.socket.shutdown(tcp::socket::shutdown_send);
    replied = client.ReadAll();
  }
  CHECK(replied == "HTTP/1.1 101 Switching Protocols\r\n\r\nearly and latebye");
  CHECK(server.Head() ==
        "POST /exec/token?x=1 HTTP/1.1\r\nUpgrade: SPDY/3.1\r\n"
        "X-Stream-Protocol-Version: a\r\nX-Stream-Protocol-Version: b\r\nHost: " +
            server.Authority() + "\r\n\r\n");
}

TEST_CASE("many bytes pass a relay as they are") {
  RelayNode node;
  EchoServer server;
  Client client(node.ExecUrl("//" + server.Authority() + "/exec/token"));
  std::string bytes(8 << 20, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 2654435761U >> 13);
  client.Send("GET " + client.path + " HTTP/1.1\r\n\r\n");
  std::thread sender([&] {
    client.Send(bytes);
    client.socket.shutdown(tcp::socket::shutdown_send);
  });
  std::string replied = client.ReadAll();
  sender.join();
  CHECK(replied.substr(replied.find("\r\n\r\n") + 4) == bytes + "bye");
}

TEST_CASE("a relayed URL serves once, and no other path does") {
  RelayNode node;
  EchoServer server;
  std::string url = node.ExecUrl("http://" + server.Authority() + "/exec/token");
  {
    Client client(url);
    client.Send("GET /exec/token HTTP/1.1\r\n\r\n");
    CHECK_THAT(client.ReadAll(), Catch::StartsWith("HTTP/1.1 404 "));
  }
  Client client(url);
  client.Send("GET " + client.path + " HTTP/1.1\r\n\r\n");
  client.socket.shutdown(tcp::socket::shutdown_send);
  CHECK_THAT(client.ReadAll(), Catch::StartsWith("HTTP/1.1 101 "));
  Client again(url);
  again.Send("GET " + again.path + " HTTP/1.1\r\n\r\n");
  CHECK_THAT(again.ReadAll(), Catch::StartsWith("HTTP/1.1 404 "));
}

TEST_CASE("a runtime's server that isn't there is told of by its address") {
  RelayNode node;
  Client client(node.ExecUrl("http://127.0.0.1:1/exec/token"));
  client.Send("GET " + client.path + " HTTP/1.1\r\n\r\n");
  CHECK_THAT(client.ReadAll(),
             Catch::StartsWith("HTTP/1.1 502 ") &&
                 Catch::EndsWith("connect to the runtime at 127.0.0.1:1: Connection refused\n"));
}

TEST_CASE("a client that sends no request, or goes away, harms nobody") {
  RelayNode node;
  EchoServer server;
  std::string url = node.ExecUrl("http://" + server.Authority() + "/exec/token");
  { Client gone(url); }
  {
    Client babbler(url);
    babbler.Send("no request at all\r\n\r\n");
    CHECK(babbler.ReadAll().empty());
  }
  Client client(url);
  client.Send("GET " + client.path + " HTTP/1.1\r\n\r\n");
  client.socket.shutdown(tcp::socket::shutdown_send);
  CHECK_THAT(client.ReadAll(), Catch::EndsWith("bye"));
}

TEST_CASE("a runtime's answer without a usable URL fails the call") {
  RelayNode node;
  node.ExecUrl("unix:///run/stream.sock");
  CHECK(node.status.error_code() == grpc::StatusCode::INTERNAL);
  CHECK_THAT(node.status.error_message(), Catch::Contains("unix:///run/stream.sock"));
}

TEST_CASE("attach and port-forward are relayed as exec is; a runtime without the setting is not") {
  RelayNode node;
  cri::AttachResponse attached;
  attached.set_url("http://127.0.0.1:1/attach/token");
  node.side.On("Attach", FakeAnswer{.messages = {attached.SerializeAsString()}});
  cri::PortForwardResponse forwarded;
  forwarded.set_url("http://127.0.0.1:1/portforward/token");
  node.side.On("PortForward", FakeAnswer{.messages = {forwarded.SerializeAsString()}});
  Context c1;
  cri::AttachRequest attach;
  attach.set_container_id("c1");
  REQUIRE(node.runtime->Attach(&c1, attach, &attached).ok());
  CHECK_THAT(attached.url(), Catch::Contains("/stream/"));
  Context c2;
  cri::PortForwardRequest forward;
  forward.set_pod_sandbox_id("s1");
  REQUIRE(node.runtime->PortForward(&c2, forward, &forwarded).ok());
  CHECK_THAT(forwarded.url(), Catch::Contains("/stream/"));
  CHECK(node.ExecUrl("http://127.0.0.1:1/exec/token", "c2") == "http://127.0.0.1:1/exec/token");
}

TEST_CASE("a reload turns the relay of a runtime on and off") {
  RelayNode node;
  Config next = node.config;
  next.runtimes[1].relays_streams = false;
  (**node.proxy).Reload(next);
  CHECK(node.ExecUrl("http://127.0.0.1:1/exec/token") == "http://127.0.0.1:1/exec/token");
  next.runtimes[1].relays_streams = true;
  (**node.proxy).Reload(next);
  CHECK_THAT(node.ExecUrl("http://127.0.0.1:1/exec/token"), Catch::Contains("/stream/"));
}

}  // namespace
}  // namespace crimux
