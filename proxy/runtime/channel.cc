#include "proxy/runtime/channel.h"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <array>
#include <string_view>

namespace crimux::proxy {
namespace {

// The library writes these itself; grpc-status-details-bin comes out of the Status.
bool IsTransportKey(std::string_view key) {
  constexpr std::array<std::string_view, 6> kKeys = {"user-agent",      "content-type", "te",
                                                     "accept-encoding", "host",         "date"};
  if (key.starts_with("grpc-") || key.starts_with(":")) return true;
  for (std::string_view own : kKeys) {
    if (key == own) return true;
  }
  return false;
}

}  // namespace

grpc::Status CheckSize(const grpc::ByteBuffer& message) {
  if (message.Length() <= static_cast<size_t>(kMaxMessageBytes)) return grpc::Status::OK;
  return {grpc::StatusCode::RESOURCE_EXHAUSTED,
          fmt::format("the runtime's answer has {} bytes, more than {}", message.Length(),
                      kMaxMessageBytes)};
}

std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint) {
  grpc::ChannelArguments arguments;
  // The minimal stack drops load reporting, compression and size checks (RemoteRuntime checks
  // sizes); deadlines have to be asked for.
  arguments.SetInt(GRPC_ARG_MINIMAL_STACK, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_DEADLINE_CHECKS, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // A socket that is gone refuses at once, and is tried again twice a second. MIN is in truth how
  // long one attempt may take, for a runtime that listens but is busy.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments);
}

bool IsConnectionLost(const grpc::Status& status, const grpc::ClientContext& context) {
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) return false;
  // There is no code for this: gRPC marks what came over the wire only in its description for
  // debugging, and the channel's state may lag behind the call's end.
  return context.debug_error_string().find("received from peer") == std::string::npos;
}

Metadata PassOn(const std::multimap<grpc::string_ref, grpc::string_ref>& received) {
  Metadata metadata;
  for (const auto& [key, value] : received) {
    if (IsTransportKey({key.data(), key.size()})) continue;
    metadata.emplace_back(std::string(key.data(), key.size()),
                          std::string(value.data(), value.size()));
  }
  return metadata;
}

}  // namespace crimux::proxy
