#include "proxy/http2/message_reader.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace crimux::proxy::http2 {

size_t MessageReader::Take(std::string_view bytes) {
  size_t taken = has_length_ ? 0 : TakePrefix(bytes);
  if (!has_length_ || IsTooLarge()) return taken;
  size_t part = std::min(length_ - filled_, bytes.size() - taken);
  if (part == 0) return taken;
  std::memcpy(body_ + filled_, bytes.data() + taken, part);
  filled_ += part;
  return taken + part;
}

size_t MessageReader::TakePrefix(std::string_view bytes) {
  size_t part = std::min(kPrefixBytes - prefix_filled_, bytes.size());
  if (part > 0) std::memcpy(prefix_.data() + prefix_filled_, bytes.data(), part);
  prefix_filled_ += part;
  if (prefix_filled_ == kPrefixBytes) ReadPrefix();
  return part;
}

void MessageReader::ReadPrefix() {
  has_length_ = true;
  length_ = static_cast<size_t>(prefix_[1]) << 24U | static_cast<size_t>(prefix_[2]) << 16U |
            static_cast<size_t>(prefix_[3]) << 8U | prefix_[4];
  if (IsTooLarge()) return;
  grpc_slice slice = grpc_slice_malloc(length_);
  slice_ = grpc::Slice(slice, grpc::Slice::STEAL_REF);
  // What is short stands in the object itself.
  body_ = const_cast<uint8_t*>(slice_.begin());
}

grpc::ByteBuffer MessageReader::Message() {
  grpc::Slice slice;
  std::swap(slice, slice_);
  prefix_filled_ = 0;
  has_length_ = false;
  length_ = 0;
  filled_ = 0;
  return {&slice, 1};
}

}  // namespace crimux::proxy::http2
