#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace crimux::vm::streaming {

// One of the WebSocket protocols of Kubernetes whose messages begin with the number of a channel.
struct ChannelProtocol {
  // As the client names it; "" is one, too.
  std::string name;
  bool base64 = false;       // text messages: the channel's digit, then base64
  bool json_status = false;  // see StatusForm
  bool half_close = false;   // [255, channel] ends a channel
};

// By name, of exec and attach.
std::optional<ChannelProtocol> CommandChannelProtocol(std::string_view name);
// By name, of port-forward.
std::optional<ChannelProtocol> PortChannelProtocol(std::string_view name);

struct ChannelData {
  uint8_t channel = 0;
  std::string bytes;  // may be empty
};
struct ChannelClosed {
  uint8_t channel = 0;
};
using ChannelMessage = std::variant<ChannelData, ChannelClosed>;

// nullopt for an empty message, which means nothing. Throws Error (INVALID_ARGUMENT) for one that
// is none of the protocol's.
std::optional<ChannelMessage> DecodeChannelMessage(const ChannelProtocol& protocol,
                                                   std::string_view message);

// What goes before the bytes, and the bytes as they are sent.
struct EncodedMessage {
  std::string head;
  std::string body;
};
EncodedMessage EncodeChannelMessage(const ChannelProtocol& protocol, uint8_t channel,
                                    std::string bytes);

// More channels can't be told apart in base64 forms.
inline constexpr uint8_t kMostChannels = 10;

}  // namespace crimux::vm::streaming
