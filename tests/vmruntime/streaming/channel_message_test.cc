#include "vmruntime/streaming/channel_message.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm::streaming {
namespace {

ChannelProtocol Named(std::string_view name) {
  auto protocol = CommandChannelProtocol(name);
  REQUIRE(protocol.has_value());
  return *protocol;
}

ChannelData Data(const ChannelProtocol& protocol, std::string_view message) {
  auto decoded = DecodeChannelMessage(protocol, message);
  REQUIRE(decoded.has_value());
  return std::get<ChannelData>(*decoded);
}

TEST_CASE("binary protocols put the channel's number before the bytes") {
  for (const char* name : {"", "channel.k8s.io", "v4.channel.k8s.io", "v5.channel.k8s.io"}) {
    ChannelProtocol protocol = Named(name);
    CHECK(Data(protocol, std::string_view("\0hello\0x", 8)).bytes == std::string("hello\0x", 7));
    CHECK(Data(protocol, std::string_view("\4{}", 3)).channel == 4);
    CHECK(Data(protocol, std::string_view("\0", 1)).bytes.empty());
    EncodedMessage message = EncodeChannelMessage(protocol, 1, "out");
    CHECK(message.head + message.body == "\1out");
  }
}

TEST_CASE("base64 protocols put the channel's digit before the encoded bytes") {
  for (const char* name : {"base64.channel.k8s.io", "v4.base64.channel.k8s.io"}) {
    ChannelProtocol protocol = Named(name);
    ChannelData data = Data(protocol, "0aGVsbG8=");
    CHECK(data.channel == 0);
    CHECK(data.bytes == "hello");
    CHECK(Data(protocol, "4").bytes.empty());
    EncodedMessage message = EncodeChannelMessage(protocol, 3, std::string("\xff\0", 2));
    CHECK(message.head + message.body == "3/wA=");
    CHECK_THROWS_AS(DecodeChannelMessage(protocol, "0not base64!"), Error);
    CHECK_THROWS_AS(DecodeChannelMessage(protocol, "xaGVsbG8="), Error);
  }
}

TEST_CASE("only version 5 closes channels") {
  auto decoded = DecodeChannelMessage(Named("v5.channel.k8s.io"), std::string_view("\xff\0", 2));
  CHECK(std::get<ChannelClosed>(*decoded).channel == 0);
  CHECK_THROWS_AS(DecodeChannelMessage(Named("v5.channel.k8s.io"), "\xff"), Error);
  CHECK_THROWS_AS(DecodeChannelMessage(Named("v5.channel.k8s.io"), "\xff\1\2"), Error);
  CHECK(Data(Named("v4.channel.k8s.io"), std::string_view("\xff\0", 2)).channel == 255);
}

TEST_CASE("an empty message means nothing") {
  CHECK_FALSE(DecodeChannelMessage(Named("v4.channel.k8s.io"), "").has_value());
}

TEST_CASE("the status is JSON from version 4 on") {
  CHECK_FALSE(Named("").json_status);
  CHECK_FALSE(Named("channel.k8s.io").json_status);
  CHECK(Named("v4.base64.channel.k8s.io").json_status);
  CHECK(Named("v5.channel.k8s.io").json_status);
}

TEST_CASE("unknown protocols are nobody's") {
  CHECK_FALSE(CommandChannelProtocol("v6.channel.k8s.io").has_value());
  CHECK_FALSE(PortChannelProtocol("v5.channel.k8s.io").has_value());
  CHECK(PortChannelProtocol("v4.base64.channel.k8s.io")->base64);
  CHECK(PortChannelProtocol("").has_value());
}

}  // namespace
}  // namespace crimux::vm::streaming
