// Clients of the CRI socket that aren't gRPC's libraries, or do what these don't.
#include <sys/socket.h>

#include <array>

#include <catch2/catch.hpp>

#include "proxy/wire/message.h"
#include "tests/proxy/http2_peer.h"
#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

const std::string kVersion = "/runtime.v1.RuntimeService/Version";

// grpc-status of a call that was answered.
int CodeOf(const PeerStream& stream) {
  std::string status = stream.Header("grpc-status");
  return status.empty() ? -1 : std::stoi(status);
}

int Call(Node& node, const HeaderPairs& headers, const std::string& bytes) {
  Http2Peer client(node.config.listen);
  return CodeOf(client.Closed(client.Call(kVersion, headers, bytes)));
}

bool IsServed(Node& node) {
  Context context;
  cri::VersionResponse response;
  return node.runtime->Version(&context, {}, &response).ok();
}

TEST_CASE("a call by hand is answered like one of a library, whatever authority it names") {
  Node node;
  node.Start();
  Http2Peer client(node.config.listen);
  const PeerStream& stream = client.Closed(client.Call(kVersion, {}, Framed("")));
  CHECK(CodeOf(stream) == grpc::StatusCode::OK);
  CHECK(stream.Header(":status") == "200");
  CHECK(stream.Header("content-type") == "application/grpc");
  cri::VersionResponse version;
  CHECK(version.ParseFromString(stream.data.substr(5)));
  CHECK(version.runtime_name() == "fake-main");
  CHECK(stream.closed == NGHTTP2_NO_ERROR);
}

TEST_CASE("what is no call of gRPC is refused by HTTP's status") {
  Node node;
  node.Start();
  Http2Peer client(node.config.listen);
  CHECK(client.Closed(client.Call(kVersion, {{":method", "GET"}}, "")).Header(":status") == "405");
  for (const char* type : {"text/html", "application/grpcx", ""}) {
    int32_t id = client.Call(kVersion, {{"content-type", type}}, Framed(""));
    CHECK(client.Closed(id).Header(":status") == "415");
  }
  int32_t id = client.Call(kVersion, {{"content-type", "application/grpc+proto"}}, Framed(""));
  CHECK(CodeOf(client.Closed(id)) == grpc::StatusCode::OK);
}

TEST_CASE("headers and requests that make no sense are refused with gRPC's codes") {
  Node node;
  node.Start();
  using enum grpc::StatusCode;
  CHECK(Call(node, {}, "") == INVALID_ARGUMENT);
  CHECK(Call(node, {}, Framed("").substr(0, 3)) == INVALID_ARGUMENT);
  CHECK(Call(node, {{"grpc-timeout", "soon"}}, Framed("")) == INTERNAL);
  CHECK(Call(node, {{"a key", "x"}}, Framed("")) == INTERNAL);
  CHECK(Call(node, {{"key", "a\r\nb"}}, Framed("")) == INTERNAL);
  CHECK(Call(node, {{"key", std::string(20000, 'x')}}, Framed("")) == RESOURCE_EXHAUSTED);
  CHECK(Call(node, {}, Framed("nonsense", '\1')) == INTERNAL);
  CHECK(Call(node, {{"grpc-encoding", "snappy"}}, Framed("x", '\1')) == UNIMPLEMENTED);
  CHECK(Call(node, {}, std::string("\0\x01\x00\x00\x01", 5)) == RESOURCE_EXHAUSTED);
  CHECK(node.Asked().empty());
  CHECK(IsServed(node));
}

TEST_CASE("compressed requests are read, as gRPC's own servers read them") {
  Node node;
  node.main.AddContainer("c", "s");
  node.Start();
  for (auto algorithm : {GRPC_COMPRESS_GZIP, GRPC_COMPRESS_DEFLATE}) {
    Context context;
    context.set_compression_algorithm(algorithm);
    cri::ContainerStatusRequest request;
    request.set_container_id("c");
    cri::ContainerStatusResponse response;
    CHECK(node.runtime->ContainerStatus(&context, request, &response).ok());
  }
}

TEST_CASE("a client that sends on after its answer is told to stop, and the next call works") {
  Node node;
  node.Start();
  Http2Peer client(node.config.listen);
  int32_t id = client.Call("/no.such/Method", {}, "", /*ends=*/false);
  const PeerStream& stream = client.Closed(id);
  CHECK(CodeOf(stream) == grpc::StatusCode::UNIMPLEMENTED);
  CHECK(stream.closed == NGHTTP2_NO_ERROR);
  CHECK(CodeOf(client.Closed(client.Call(kVersion, {}, Framed("")))) == grpc::StatusCode::OK);
}

TEST_CASE("a call is worked on once its message is there, also when the client goes on sending") {
  Node node;
  node.Start();
  Http2Peer client(node.config.listen);
  int32_t id = client.Call(kVersion, {}, Framed("") + Framed("and another"), /*ends=*/false);
  CHECK(CodeOf(client.Closed(id)) == grpc::StatusCode::OK);
}

TEST_CASE("a client that hangs up, or resets its call, cancels it at the runtime") {
  Node node;
  node.main.AddContainer("c", "s");
  node.Start();
  node.main.On("ContainerStatus", {.holds = true});
  cri::ContainerStatusRequest request;
  request.set_container_id("c");
  const std::string path = "/runtime.v1.RuntimeService/ContainerStatus";
  bool hangs_up = GENERATE(true, false);
  {
    Http2Peer client(node.config.listen);
    int32_t id = client.Call(path, {}, Framed(request.SerializeAsString()));
    client.Flush();
    REQUIRE(node.main.WaitForCall("ContainerStatus"));
    if (!hangs_up) {
      nghttp2_submit_rst_stream(client.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
      client.Flush();
      CHECK(node.main.WaitForCancelled("ContainerStatus"));
    }
  }
  CHECK(node.main.WaitForCancelled("ContainerStatus"));
  CHECK(IsServed(node));
}

TEST_CASE("bytes that are no HTTP/2 end their own connection") {
  Node node;
  node.Start();
  const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), preface + "nonsense, nonsense",
        preface + std::string(30, '\0'), std::string(1, '\0')}) {
    Http2Peer client(node.config.listen);
    CHECK(::send(client.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0);
    // crimux has the last word.
    std::array<char, 1024> answer;
    ssize_t size = 1;
    while (size > 0) size = ::recv(client.fd(), answer.data(), answer.size(), 0);
    CHECK(size <= 0);
  }
  CHECK(IsServed(node));
}

TEST_CASE("a client that doesn't read its answers holds up no other, nor crimux") {
  Node node;
  node.Start();
  node.main.On("ListContainers",
               {.messages = {std::string("\x0a\x80\x80\x40", 4) + std::string(1 << 20, 'x')}});
  Http2Peer client(node.config.listen);
  // So that HTTP/2 lets it all come: what holds it up is the socket.
  nghttp2_submit_window_update(client.session(), NGHTTP2_FLAG_NONE, 0, 1 << 30);
  nghttp2_settings_entry window{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, 1 << 30};
  nghttp2_submit_settings(client.session(), NGHTTP2_FLAG_NONE, &window, 1);
  std::vector<int32_t> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(client.Call("/runtime.v1.RuntimeService/ListContainers", {}, Framed("")));
  }
  client.Flush();
  REQUIRE(node.main.WaitForCall("ListContainers", 8));
  CHECK(IsServed(node));
  for (int32_t id : calls) {
    const PeerStream& stream = client.Closed(id);
    CHECK(CodeOf(stream) == grpc::StatusCode::OK);
    CHECK(stream.data.size() > (1U << 20U));
  }
}

TEST_CASE("a stop tells clients to go elsewhere, and closes connections without calls") {
  Node node;
  node.Start();
  Http2Peer client(node.config.listen);
  CHECK(CodeOf(client.Closed(client.Call(kVersion, {}, Framed("")))) == grpc::StatusCode::OK);
  node.StopProxy();
  CHECK_FALSE(client.Until([] { return false; }));
  CHECK(client.has_gone_away());
  CHECK(client.has_ended());
  CHECK_FALSE(std::filesystem::exists(node.config.listen));
}

}  // namespace
}  // namespace crimux
