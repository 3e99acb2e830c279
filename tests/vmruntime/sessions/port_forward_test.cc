#include "vmruntime/sessions/port_forward.h"

#include <thread>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/sessions/fake_client.h"

namespace crimux::vm {
namespace {

using boost::asio::ip::tcp;

// A server in a pod, on the calling thread.
struct Pod {
  boost::asio::io_context io;
  tcp::acceptor acceptor{io, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  tcp::socket connection{io};

  void Accept() { connection = acceptor.accept(); }
  std::string Read(size_t size) {
    std::string bytes(size, '\0');
    boost::system::error_code error;
    bytes.resize(boost::asio::read(connection, boost::asio::buffer(bytes), error));
    return bytes;
  }
  void Write(const std::string& bytes) {
    boost::asio::write(connection, boost::asio::buffer(bytes));
  }
};

struct Forward {
  IoThread io;
  streaming::Pipe in{io.context().get_executor(), 1 << 20};
  Received out;
  Session session;

  explicit Forward(const tcp::endpoint& endpoint) : session(io, ForwardPort(endpoint, in, out)) {}
  ~Forward() { io.Stop(); }

  void Send(const std::string& bytes, bool end = false) {
    io.Call([&] {
      if (!bytes.empty()) in.Push(bytes);
      if (end) in.End();
    });
  }
};

TEST_CASE("bytes go both ways, and each side ends its half by itself") {
  Pod pod;
  Forward forward(pod.acceptor.local_endpoint());
  pod.Accept();
  forward.Send("question", true);
  // The end, too, comes through.
  CHECK(pod.Read(100) == "question");
  pod.Write("answer");
  forward.out.WaitFor("answer");
  CHECK_FALSE(forward.session.HasEnded());
  pod.connection.close();
  CHECK(forward.out.WaitForClose() == "answer");
  forward.session.WaitForEnd();
}

TEST_CASE("the pod may end its half first") {
  Pod pod;
  Forward forward(pod.acceptor.local_endpoint());
  pod.Accept();
  pod.connection.shutdown(tcp::socket::shutdown_send);
  CHECK(forward.out.WaitForClose().empty());
  forward.Send("late", true);
  CHECK(pod.Read(100) == "late");
  forward.session.WaitForEnd();
}

TEST_CASE("a port at which nobody listens is an error that names it") {
  tcp::endpoint endpoint;
  {
    Pod pod;
    endpoint = pod.acceptor.local_endpoint();
  }
  Forward forward(endpoint);
  try {
    forward.session.WaitForEnd();
    FAIL("connected");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::UNAVAILABLE);
    CHECK_THAT(e.what(), Catch::Contains("port " + std::to_string(endpoint.port())) &&
                             Catch::Contains("127.0.0.1") && Catch::Contains("refused"));
  }
}

TEST_CASE("a connection that the pod breaks ends the session with the reason") {
  Pod pod;
  Forward forward(pod.acceptor.local_endpoint());
  pod.Accept();
  pod.Write("hello");
  forward.out.WaitFor("hello");
  pod.connection.set_option(boost::asio::socket_base::linger(true, 0));
  pod.connection.close();
  CHECK_THROWS_AS(forward.session.WaitForEnd(), boost::system::system_error);
}

TEST_CASE("a client that breaks off is closed in the pod") {
  Pod pod;
  Forward forward(pod.acceptor.local_endpoint());
  pod.Accept();
  forward.io.Call([&] { forward.in.Fail(); });
  CHECK_THROWS(forward.session.WaitForEnd());
  CHECK(pod.Read(1).empty());
}

}  // namespace
}  // namespace crimux::vm
