#include <algorithm>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/streaming/spdy/recorded.h"
#include "vmruntime/streaming/spdy/frame_reader.h"
#include "vmruntime/streaming/spdy/frame_writer.h"

namespace crimux::vm::spdy {
namespace {

std::string Show(const Headers& headers) {
  std::string text;
  for (const auto& [name, value] : headers) text += " " + name + "=" + value;
  return text;
}

struct ShownFrame {
  std::string operator()(const SynStream& f) const {
    return "open " + std::to_string(f.stream) + Show(f.headers) + (f.fin ? " fin" : "");
  }
  std::string operator()(const SynReply& f) const {
    return "reply " + std::to_string(f.stream) + Show(f.headers) + (f.fin ? " fin" : "");
  }
  std::string operator()(const RstStream& f) const {
    return "reset " + std::to_string(f.stream) + " " + std::to_string(f.status);
  }
  std::string operator()(const Ping& f) const { return "ping " + std::to_string(f.id); }
  std::string operator()(const GoAway& f) const {
    return "goaway " + std::to_string(f.last_good_stream);
  }
  std::string operator()(const MoreHeaders& f) const {
    return "headers " + std::to_string(f.stream);
  }
  std::string operator()(const Ignored& f) const { return "ignored " + std::to_string(f.type); }
  std::string operator()(const Data& f) const {
    return "data " + std::to_string(f.stream) + " " + std::string(f.bytes) + (f.fin ? " fin" : "");
  }
};

// Frames as lines; pieces of data of one stream that follow each other are one.
struct Log {
  FrameReader reader{FrameLimits()};
  std::vector<std::string> lines;
  bool data_goes_on = false;

  void Read(std::string_view bytes) {
    while (auto frame = reader.Next(&bytes)) Add(*frame);
    REQUIRE(bytes.empty());
  }
  void Add(const Frame& frame) {
    const auto* data = std::get_if<Data>(&frame);
    if (data != nullptr && data_goes_on) {
      lines.back() += std::string(data->bytes) + (data->fin ? " fin" : "");
      return;
    }
    lines.push_back(std::visit(ShownFrame(), frame));
    data_goes_on = data != nullptr && !data->fin;
  }
};

const std::vector<std::string> kAllLines = {
    "open 1 streamtype=error",
    "open 3 streamtype=stdin",
    "open 5 streamtype=error port=80 requestid=0",
    "ignored 4",
    "open 7 streamtype=data port=80 requestid=0",
    "data 3 hello",
    "ping 1",
    "ignored 9",
    "data 3  fin",
    "reset 7 5",
    "goaway 0",
};

// Go writes headers in the order of its map.
std::vector<std::string> Sorted(std::vector<std::string> lines) {
  for (std::string& line : lines) std::sort(line.begin(), line.end());
  return lines;
}

TEST_CASE("what Kubernetes' clients send is read, wherever it is cut in two") {
  std::string all = recorded::All();
  for (size_t cut = 0; cut <= all.size(); ++cut) {
    INFO("cut at " << cut);
    Log log;
    log.Read(std::string_view(all).substr(0, cut));
    log.Read(std::string_view(all).substr(cut));
    CHECK(Sorted(log.lines) == Sorted(kAllLines));
  }
}

TEST_CASE("what Kubernetes' clients send is read byte by byte") {
  Log log;
  for (char byte : recorded::All()) log.Read(std::string_view(&byte, 1));
  CHECK(Sorted(log.lines) == Sorted(kAllLines));
}

TEST_CASE("data is handed on in the pieces in which it comes") {
  FrameReader reader{FrameLimits()};
  std::string head = DataHead(9, 6, true);
  std::string_view bytes = head;
  CHECK_FALSE(reader.Next(&bytes).has_value());
  bytes = "abc";
  auto first = std::get<Data>(*reader.Next(&bytes));
  CHECK(first.bytes == "abc");
  CHECK_FALSE(first.fin);
  bytes = "defXYZ";
  auto last = std::get<Data>(*reader.Next(&bytes));
  CHECK(last.bytes == "def");
  CHECK(last.fin);
  CHECK(bytes == "XYZ");
}

TEST_CASE("what is written is read again") {
  FrameWriter writer;
  std::string bytes;
  bytes += writer.Write(SynStream{11, {{"streamtype", "stdout"}}, true});
  bytes += writer.Write(SynReply{11, {}, false});
  bytes += writer.Write(SynReply{13, {{"a", ""}, {"b", "c"}}, true});
  bytes += Write(RstStream{13, 8});
  bytes += Write(Ping{7});
  bytes += Write(GoAway{13, 0});
  bytes += DataHead(11, 2, false) + "hi" + DataHead(11, 0, true);
  Log log;
  log.Read(bytes);
  CHECK(log.lines == std::vector<std::string>{"open 11 streamtype=stdout fin", "reply 11",
                                              "reply 13 a= b=c fin", "reset 13 8", "ping 7",
                                              "goaway 13", "data 11 hi fin"});
}

void Refuse(std::string bytes, const std::string& why) {
  FrameReader reader{FrameLimits()};
  std::string_view rest = bytes;
  try {
    while (reader.Next(&rest)) {
    }
  } catch (const Error& e) {
    CHECK_THAT(e.what(), Catch::Contains(why));
    return;
  }
  FAIL("not refused");
}

TEST_CASE("what is no SPDY/3, or too long, is refused") {
  using recorded::FromHex;
  Refuse(FromHex("8002000600000004"
                 "00000001"),
         "version 2");
  Refuse(FromHex("8003000100ffffff"), "has 16777215 bytes");
  Refuse(FromHex("8003000600000005"
                 "0000000100"),
         "not 4 bytes");
  Refuse(FromHex("8003000100000004"
                 "00000001"),
         "cut short");
}

}  // namespace
}  // namespace crimux::vm::spdy
