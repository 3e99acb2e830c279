#include "vmruntime/streaming/spdy/session.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/streaming/spdy/recorded.h"

namespace crimux::vm::spdy {
namespace {

struct ShownEvent {
  std::string operator()(const StreamOpened& e) const {
    return "opened " + std::to_string(e.stream) + " " + std::string(Find(e.headers, "streamtype"));
  }
  std::string operator()(const StreamData& e) const {
    return "data " + std::to_string(e.stream) + " " + std::string(e.bytes);
  }
  std::string operator()(const StreamEnded& e) const { return "ended " + std::to_string(e.stream); }
  std::string operator()(const StreamReset& e) const { return "reset " + std::to_string(e.stream); }
  std::string operator()(const GoneAway&) const { return "gone away"; }
};

// A client that says what it likes, and the session that hears it.
struct Fixture {
  Session session;
  FrameWriter client;
  FrameReader replies{FrameLimits()};
  std::vector<std::string> events;

  explicit Fixture(SessionLimits limits = {}) : session(limits) {}

  void Say(std::string_view bytes) {
    while (auto event = session.Next(&bytes)) events.push_back(std::visit(ShownEvent(), *event));
  }
  void Open(uint32_t stream, bool fin = false) {
    Say(client.Write(SynStream{stream, {{"streamtype", "data"}}, fin}));
  }
  std::vector<Frame> Replies() {
    std::string bytes = session.TakeReplies();
    std::string_view rest = bytes;
    std::vector<Frame> frames;
    while (auto frame = replies.Next(&rest)) frames.push_back(*std::move(frame));
    return frames;
  }
  // The session answers with one RST_STREAM; its reason.
  ResetReason ReplyIsReset(uint32_t stream) {
    auto frames = Replies();
    REQUIRE(frames.size() == 1);
    auto reset = std::get<RstStream>(frames.front());
    CHECK(reset.stream == stream);
    return static_cast<ResetReason>(reset.status);
  }
};

using Lines = std::vector<std::string>;

TEST_CASE("streams of a recorded session open, carry data and end") {
  std::string all = recorded::All();
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    INFO("cut at " << cut);
    Fixture f;
    f.Say(std::string_view(all).substr(0, cut));
    f.Say(std::string_view(all).substr(cut));
    std::string data;
    Lines others;
    for (const std::string& line : f.events) {
      if (line.starts_with("data 3 ")) {
        data += line.substr(7);
      } else {
        others.push_back(line);
      }
    }
    CHECK(data == "hello");
    CHECK(others == Lines{"opened 1 error", "opened 3 stdin", "opened 5 error", "opened 7 data",
                          "ended 3", "reset 7", "gone away"});
    // The ping, verbatim.
    CHECK(f.session.TakeReplies() == recorded::kPing);
  }
}

TEST_CASE("an accepted stream is answered, and takes data until its end") {
  Fixture f;
  f.Open(1);
  CHECK_FALSE(f.session.Data(1, 5, false).has_value());
  f.session.Accept(1);
  auto frames = f.Replies();
  REQUIRE(frames.size() == 1);
  CHECK(std::get<SynReply>(frames.front()).stream == 1);
  CHECK(f.session.Data(1, 5, false) == DataHead(1, 5, false));
  CHECK(f.session.Data(1, 0, true) == DataHead(1, 0, true));
  CHECK_FALSE(f.session.Data(1, 5, false).has_value());
}

TEST_CASE("a stream that both sides have ended is gone, and makes room for another") {
  Fixture f({.frames = {}, .streams = 1});
  f.Open(1);
  f.session.Accept(1);
  f.Say(DataHead(1, 0, true));
  CHECK(f.session.Has(1));
  CHECK(f.session.Data(1, 0, true).has_value());
  CHECK_FALSE(f.session.Has(1));
  f.Open(3);
  CHECK(f.events == Lines{"opened 1 data", "ended 1", "opened 3 data"});
}

TEST_CASE("a stream may end with its opening") {
  Fixture f;
  f.Open(1, true);
  CHECK(f.events == Lines{"opened 1 data", "ended 1"});
}

TEST_CASE("one stream more than allowed is refused, and the others live on") {
  Fixture f({.frames = {}, .streams = 2});
  f.Open(1);
  f.Open(3);
  f.Open(5);
  CHECK(f.ReplyIsReset(5) == ResetReason::kRefusedStream);
  f.Say(DataHead(3, 2, false) + "hi");
  CHECK(f.events.back() == "data 3 hi");
}

TEST_CASE("data for a stream that is gone is passed over; for one that never was, an error") {
  Fixture f;
  f.Open(1);
  f.session.Reset(1, ResetReason::kCancel);
  CHECK(f.ReplyIsReset(1) == ResetReason::kCancel);
  f.Say(DataHead(1, 2, true) + "hi");
  CHECK(f.Replies().empty());
  CHECK_THROWS_AS(f.Say(DataHead(99, 2, false) + "hi"), Error);
  CHECK(f.events == Lines{"opened 1 data"});
}

TEST_CASE("data behind a stream's end is passed over") {
  Fixture f;
  f.Open(1);
  f.Say(DataHead(1, 0, true) + DataHead(1, 2, true) + "hi");
  CHECK(f.events == Lines{"opened 1 data", "ended 1"});
}

TEST_CASE("a stream id that is even or used again ends the session") {
  Fixture f;
  CHECK_THROWS_AS(f.Open(2), Error);
  Fixture g;
  g.Open(3);
  CHECK_THROWS_AS(g.Open(3), Error);
  Fixture h;
  h.Open(3);
  CHECK_THROWS_AS(h.Open(1), Error);
}

TEST_CASE("after its own GOAWAY a session opens no stream, but reads their headers") {
  Fixture f;
  f.Open(1);
  f.session.GoAway();
  f.session.GoAway();
  auto frames = f.Replies();
  REQUIRE(frames.size() == 1);
  CHECK(std::get<GoAway>(frames.front()).last_good_stream == 1);
  f.Open(3);
  f.Open(5);
  CHECK(f.events == Lines{"opened 1 data"});
}

TEST_CASE("pings of the server's kind are not echoed") {
  Fixture f;
  f.Say(Write(Ping{2}));
  CHECK(f.Replies().empty());
}

}  // namespace
}  // namespace crimux::vm::spdy
