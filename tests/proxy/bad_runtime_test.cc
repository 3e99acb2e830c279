// Runtimes whose HTTP/2 says what gRPC's libraries wouldn't.
#include <sys/socket.h>

#include <atomic>

#include <catch2/catch.hpp>

#include "tests/proxy/http2_peer.h"
#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

// A node whose default runtime is a script's.
struct ScriptedNode : Node {
  explicit ScriptedNode(ScriptedRuntime::Serve serve, ScriptedRuntime::Greet greet = nullptr)
      : runtime_process(config.runtimes[0].endpoint.substr(7), std::move(serve), std::move(greet)) {
    StartProxy();
  }

  grpc::Status Ask() {
    Context context;
    cri::VersionResponse response;
    return runtime->Version(&context, {}, &response);
  }

  ScriptedRuntime runtime_process;
};

const HeaderPairs kHead = {{":status", "200"}, {"content-type", "application/grpc"}};
const HeaderPairs kFine = {{"grpc-status", "0"}};

grpc::Status Answered(const HeaderPairs& headers, const std::string& bytes = "",
                      const HeaderPairs& trailers = {}) {
  ScriptedNode node([&](Http2Peer& peer, int32_t id, const std::string&) {
    peer.Answer(id, headers, bytes, trailers);
  });
  return node.Ask();
}

TEST_CASE("answers that are none of gRPC become its codes, and say what was wrong") {
  using enum grpc::StatusCode;
  CHECK(Answered({{":status", "404"}}).error_code() == UNIMPLEMENTED);
  CHECK(Answered({{":status", "503"}}).error_code() == UNAVAILABLE);
  CHECK_THAT(Answered({{":status", "418"}}).error_message(), Catch::Contains("HTTP status 418"));
  CHECK_THAT(Answered(kHead, Framed("")).error_message(), Catch::Contains("without a status"));
  CHECK(Answered(kHead, Framed(""), {{"grpc-status", "many"}}).error_code() == UNKNOWN);
  CHECK_THAT(Answered(kHead, "", kFine).error_message(), Catch::Contains("without a message"));
  CHECK_THAT(Answered(kHead, Framed("abc").substr(0, 6), kFine).error_message(),
             Catch::Contains("breaks off"));
  CHECK_THAT(Answered(kHead, Framed("abc", '\1'), kFine).error_message(),
             Catch::Contains("compressed"));
  CHECK(Answered(kHead, std::string("\0\x01\x00\x00\x01", 5), kFine).error_code() ==
        RESOURCE_EXHAUSTED);
}

TEST_CASE("of two answers to one call the first holds") {
  CHECK(Answered(kHead, Framed("") + Framed("nonsense"), kFine).ok());
}

TEST_CASE("a status in the only headers is the answer, with its words and metadata") {
  auto status = Answered({{":status", "200"},
                          {"content-type", "application/grpc"},
                          {"grpc-status", "5"},
                          {"grpc-message", "no%20such%20thing"},
                          {"grpc-status-details-bin", "YQ"}});
  CHECK(status.error_code() == grpc::StatusCode::NOT_FOUND);
  CHECK(status.error_message() == "no such thing");
  CHECK(status.error_details() == "a");
}

TEST_CASE("a runtime that resets a call ends that one, by HTTP/2's code") {
  for (auto [code, expected] :
       {std::pair(NGHTTP2_CANCEL, grpc::StatusCode::CANCELLED),
        std::pair(NGHTTP2_REFUSED_STREAM, grpc::StatusCode::UNAVAILABLE),
        std::pair(NGHTTP2_ENHANCE_YOUR_CALM, grpc::StatusCode::RESOURCE_EXHAUSTED),
        std::pair(NGHTTP2_INTERNAL_ERROR, grpc::StatusCode::INTERNAL)}) {
    ScriptedNode node([&, reset = code](Http2Peer& peer, int32_t id, const std::string&) {
      nghttp2_submit_rst_stream(peer.session(), NGHTTP2_FLAG_NONE, id, reset);
    });
    CHECK(node.Ask().error_code() == expected);
  }
}

TEST_CASE("an error that begins or ends with a space keeps its words") {
  auto status =
      Answered({{":status", "200"}, {"grpc-message", " exit status 1: "}, {"grpc-status", "2"}});
  CHECK(status.error_code() == grpc::StatusCode::UNKNOWN);
  CHECK(status.error_message() == " exit status 1: ");
}

// Goes away at its second call, in one step or, as grpc-go does, in two.
void GoAway(Http2Peer& peer, int32_t id, bool in_two_steps) {
  constexpr std::chrono::milliseconds kMeanwhile{50};
  if (in_two_steps) {
    nghttp2_submit_shutdown_notice(peer.session());
    peer.Flush();
    std::this_thread::sleep_for(kMeanwhile);
  }
  nghttp2_submit_goaway(peer.session(), NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR, nullptr, 0);
  peer.Flush();
  if (in_two_steps) std::this_thread::sleep_for(kMeanwhile);
}

TEST_CASE("a runtime that goes away finishes what it has, and is connected to again") {
  bool in_two_steps = GENERATE(false, true);
  std::atomic<int> calls = 0;
  ScriptedNode node([&](Http2Peer& peer, int32_t id, const std::string&) {
    if (++calls == 2) GoAway(peer, id, in_two_steps);
    peer.Answer(id, kHead, Framed(""), kFine);
  });
  // The first call is crimux's own.
  REQUIRE(Eventually([&] { return calls == 1; }));
  CHECK(node.Ask().ok());
  CHECK(node.Ask().ok());
  // Of the new connection, again with one of crimux's own.
  CHECK(Eventually([&] { return calls == 4; }));
}

TEST_CASE("a runtime that hangs up again and again is tried with pauses") {
  std::atomic<int> connections = 0;
  ScriptedNode node(nullptr, [&](const UniqueFd& connection) {
    ++connections;
    // Empty SETTINGS.
    const std::string settings("\0\0\0\4\0\0\0\0\0", 9);
    ::send(connection.get(), settings.data(), settings.size(), MSG_NOSIGNAL);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  REQUIRE(Eventually([&] { return connections >= 3; }));
  int before = connections;
  std::this_thread::sleep_for(std::chrono::seconds(1));
  CHECK(connections - before <= 6);
}

TEST_CASE("a socket that takes connections and says nothing, or nonsense, is no runtime") {
  bool says = GENERATE(true, false);
  std::vector<UniqueFd> held;
  ScriptedNode node(nullptr, [&](UniqueFd connection) {
    std::string nonsense = "HTTP/1.1 400 Bad Request\r\n\r\nand more of it to fill a frame";
    if (says) ::send(connection.get(), nonsense.data(), nonsense.size(), MSG_NOSIGNAL);
    held.push_back(std::move(connection));
  });
  auto status = node.Ask();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK_THAT(status.error_message(), Catch::Contains("runtime \"main\" at unix://"));
}

}  // namespace
}  // namespace crimux
