#include "vmruntime/streaming/channel_message.h"

#include <absl/strings/escaping.h>

#include <array>

#include "base/error.h"

namespace crimux::vm::streaming {
namespace {

constexpr unsigned char kCloseSignal = 255;

Error Bad(const ChannelProtocol& protocol, std::string_view cause) {
  return {grpc::INVALID_ARGUMENT, "read WebSocket message of protocol", protocol.name, cause};
}

template <size_t N>
std::optional<ChannelProtocol> FindProtocol(const std::array<ChannelProtocol, N>& protocols,
                                            std::string_view name) {
  for (const ChannelProtocol& protocol : protocols) {
    if (protocol.name == name) return protocol;
  }
  return std::nullopt;
}

}  // namespace

std::optional<ChannelProtocol> CommandChannelProtocol(std::string_view name) {
  static const std::array<ChannelProtocol, 6> kProtocols = {
      ChannelProtocol{.name = ""},
      ChannelProtocol{.name = "channel.k8s.io"},
      ChannelProtocol{.name = "base64.channel.k8s.io", .base64 = true},
      ChannelProtocol{.name = "v4.channel.k8s.io", .json_status = true},
      ChannelProtocol{.name = "v4.base64.channel.k8s.io", .base64 = true, .json_status = true},
      ChannelProtocol{.name = "v5.channel.k8s.io", .json_status = true, .half_close = true}};
  return FindProtocol(kProtocols, name);
}

std::optional<ChannelProtocol> PortChannelProtocol(std::string_view name) {
  static const std::array<ChannelProtocol, 3> kProtocols = {
      ChannelProtocol{.name = ""}, ChannelProtocol{.name = "v4.channel.k8s.io"},
      ChannelProtocol{.name = "v4.base64.channel.k8s.io", .base64 = true}};
  return FindProtocol(kProtocols, name);
}

std::optional<ChannelMessage> DecodeChannelMessage(const ChannelProtocol& protocol,
                                                   std::string_view message) {
  if (message.empty()) return std::nullopt;
  auto channel = static_cast<unsigned char>(message.front());
  message.remove_prefix(1);
  if (protocol.half_close && channel == kCloseSignal) {
    if (message.size() != 1) throw Bad(protocol, "a close signal names one channel");
    return ChannelClosed{.channel = static_cast<uint8_t>(message.front())};
  }
  if (!protocol.base64) return ChannelData{.channel = channel, .bytes = std::string(message)};
  if (channel < '0' || channel > '9') throw Bad(protocol, "it doesn't begin with a digit");
  ChannelData data{.channel = static_cast<uint8_t>(channel - '0'), .bytes = {}};
  absl::string_view encoded(message.data(), message.size());
  if (!absl::Base64Unescape(encoded, &data.bytes)) throw Bad(protocol, "it is not in base64");
  return data;
}

EncodedMessage EncodeChannelMessage(const ChannelProtocol& protocol, uint8_t channel,
                                    std::string bytes) {
  if (!protocol.base64) return {std::string(1, static_cast<char>(channel)), std::move(bytes)};
  return {std::string(1, static_cast<char>('0' + channel)), absl::Base64Escape(bytes)};
}

}  // namespace crimux::vm::streaming
