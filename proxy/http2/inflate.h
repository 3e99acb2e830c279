#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <string_view>

namespace crimux::proxy::http2 {

// Whether messages of that "grpc-encoding" can be read: identity, gzip and deflate.
bool IsKnownEncoding(std::string_view encoding);

// Replaces a compressed message (gzip or deflate; its bytes tell) by what it says.
// RESOURCE_EXHAUSTED when that is more than `limit`, INTERNAL when the bytes are no such thing.
grpc::Status Inflate(size_t limit, grpc::ByteBuffer* message);

}  // namespace crimux::proxy::http2
