#pragma once

#include <grpc/slice.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <array>
#include <string_view>

namespace crimux::proxy::http2 {

// Cuts a stream of bytes into gRPC's messages: each has a prefix of five bytes, whether it is
// compressed and its length.
class MessageReader {
 public:
  // Larger messages are not taken.
  explicit MessageReader(size_t limit) : limit_(limit) {}
  MessageReader(const MessageReader&) = delete;
  MessageReader& operator=(const MessageReader&) = delete;

  // Takes bytes up to the end of the present message, and says how many. Nothing is taken once
  // it is whole, or too large.
  size_t Take(std::string_view bytes);

  bool IsWhole() const { return has_length_ && filled_ == length_; }
  bool IsTooLarge() const { return has_length_ && length_ > limit_; }
  // Whether a part of a message has come.
  bool IsAmid() const { return !IsWhole() && prefix_filled_ > 0; }

  // Of a message whose prefix has come.
  size_t length() const { return length_; }
  bool is_compressed() const { return prefix_[0] != 0; }

  // The message, which is whole; the next bytes are of another.
  grpc::ByteBuffer Message();

 private:
  static constexpr size_t kPrefixBytes = 5;

  size_t TakePrefix(std::string_view bytes);
  void ReadPrefix();

  size_t limit_;
  std::array<uint8_t, kPrefixBytes> prefix_{};
  size_t prefix_filled_ = 0;
  bool has_length_ = false;
  size_t length_ = 0;
  // Made once its length is known; the system gives memory as it is filled.
  grpc::Slice slice_;
  uint8_t* body_ = nullptr;
  size_t filled_ = 0;
};

}  // namespace crimux::proxy::http2
