#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/string_ref.h>

#include <map>
#include <memory>
#include <string>

#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// The most that crimux receives or sends in one message, as the kubelet and containerd have it.
inline constexpr int kMaxMessageBytes = 16 << 20;

// RESOURCE_EXHAUSTED for a message of a runtime that is larger than that, else OK.
grpc::Status CheckSize(const grpc::ByteBuffer& message);

// A channel to "unix:///path": no retries, quick reconnects, nothing that a Unix socket can do
// without.
std::shared_ptr<grpc::Channel> MakeChannel(const std::string& endpoint);

// Whether a call's failure is gRPC's own, for want of a connection, and no word of the other side.
// Connections that break during a call are told from an UNAVAILABLE that came over a sound one.
bool IsConnectionLost(const grpc::Status& status, const grpc::ClientContext& context);

// What of received metadata goes on to the other side: all but gRPC's own.
Metadata PassOn(const std::multimap<grpc::string_ref, grpc::string_ref>& received);

}  // namespace crimux::proxy
