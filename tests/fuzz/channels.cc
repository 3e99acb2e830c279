// Messages of the WebSocket protocols, and the terminal sizes in some of them.
#include "base/error.h"
#include "tests/fuzz/target.h"
#include "vmruntime/streaming/channel_message.h"
#include "vmruntime/streaming/terminal_sizes.h"

namespace crimux::fuzz {
namespace {

namespace streaming = vm::streaming;

// What is decoded is the same after it was encoded and decoded again.
void CheckData(const streaming::ChannelProtocol& protocol, const streaming::ChannelData& data) {
  streaming::EncodedMessage encoded =
      streaming::EncodeChannelMessage(protocol, data.channel, data.bytes);
  auto again = streaming::DecodeChannelMessage(protocol, encoded.head + encoded.body);
  Require(again.has_value(), "an encoded message is one");
  const auto* same = std::get_if<streaming::ChannelData>(&*again);
  // Channel 255 is the signal to close, where there is one.
  if (same == nullptr) return;
  Require(same->channel == data.channel && same->bytes == data.bytes, "it is the same");
}

void CheckMessage(const streaming::ChannelProtocol& protocol, std::string_view message) {
  try {
    auto decoded = streaming::DecodeChannelMessage(protocol, message);
    Require(decoded.has_value() == !message.empty(), "only an empty message means nothing");
    const auto* data = decoded ? std::get_if<streaming::ChannelData>(&*decoded) : nullptr;
    bool closes = protocol.half_close && data != nullptr && data->channel == 255;
    if (data != nullptr && !closes) CheckData(protocol, *data);
  } catch (const Error&) {
  }
}

// The last size of the whole, or nothing for what is none.
std::string SizeOf(std::string_view first, std::string_view second) {
  streaming::TerminalSizeParser parser;
  std::string last = "none";
  try {
    for (std::string_view part : {first, second}) {
      if (auto size = parser.Parse(part)) {
        last = std::to_string(size->width) + "x" + std::to_string(size->height);
      }
    }
  } catch (const Error&) {
    return "error";
  }
  return last;
}

void Check(std::string_view text) {
  for (const char* name : {"", "channel.k8s.io", "base64.channel.k8s.io", "v4.channel.k8s.io",
                           "v4.base64.channel.k8s.io", "v5.channel.k8s.io"}) {
    CheckMessage(*streaming::CommandChannelProtocol(name), text);
  }
  std::string_view first = TakePart(&text);
  std::string all = std::string(first) + std::string(text);
  Require(SizeOf(first, text) == SizeOf(all, ""), "a cut changes no size");
}

}  // namespace

std::vector<std::string> Seeds() {
  return {std::string("\0hello", 6), "0aGVsbG8=", std::string("\xff\0", 2),
          Part(R"({"Width":80,)") + R"("Height":24}{"Width":81,"Height":25})",
          Part("") + R"({"Width":1,"Height":2} )"};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
