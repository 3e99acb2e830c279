#pragma once

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <string>
#include <string_view>
#include <vector>

namespace crimux::proxy {

// The most that crimux receives or sends in one message, as the kubelet and containerd have it.
inline constexpr size_t kMaxMessageBytes = 16 << 20;

// A message's bytes in one piece: a view where the buffer has one slice, else a copy.
class Flat {
 public:
  // An invalid buffer is an empty message.
  explicit Flat(const grpc::ByteBuffer& buffer);

  std::string_view view() const {
    return {reinterpret_cast<const char*>(slice_.begin()), slice_.size()};
  }

  // A part of view() as a message of its own, without copying.
  grpc::ByteBuffer Part(std::string_view part) const;

 private:
  grpc::Slice slice_;
};

// A buffer with a copy of the bytes.
grpc::ByteBuffer ToBuffer(std::string_view bytes);
grpc::ByteBuffer ToBuffer(const google::protobuf::MessageLite& message);

// False when the bytes aren't such a message.
bool FromBuffer(const grpc::ByteBuffer& buffer, google::protobuf::MessageLite* message);

// The messages laid end to end, without copying: what protobuf defines as merging them, so lists
// are appended. Invalid buffers count as empty.
grpc::ByteBuffer Concatenate(const std::vector<grpc::ByteBuffer>& buffers);

}  // namespace crimux::proxy
