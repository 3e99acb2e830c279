#include "proxy/http2/outgoing.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace crimux::proxy::http2 {
namespace {

// "Length-Prefixed-Message" of gRPC over HTTP/2: not compressed, then the length, big-endian.
grpc::Slice PrefixOf(size_t length) {
  std::array<uint8_t, 5> prefix{0, static_cast<uint8_t>(length >> 24U),
                                static_cast<uint8_t>(length >> 16U),
                                static_cast<uint8_t>(length >> 8U), static_cast<uint8_t>(length)};
  return {prefix.data(), prefix.size()};
}

}  // namespace

void Outgoing::Add(const grpc::ByteBuffer& message) {
  if (empty()) {
    slices_.clear();
    next_ = 0;
  }
  slices_.push_back(PrefixOf(message.Length()));
  std::vector<grpc::Slice> parts;
  if (!message.Dump(&parts).ok()) return;
  for (grpc::Slice& part : parts) {
    if (part.size() > 0) slices_.push_back(std::move(part));
  }
}

size_t Outgoing::Take(uint8_t* to, size_t length) {
  size_t taken = 0;
  while (taken < length && !empty()) {
    const grpc::Slice& slice = slices_[next_];
    size_t part = std::min(slice.size() - offset_, length - taken);
    std::memcpy(to + taken, slice.begin() + offset_, part);
    taken += part;
    offset_ += part;
    if (offset_ < slice.size()) continue;
    slices_[next_] = grpc::Slice();
    ++next_;
    offset_ = 0;
  }
  return taken;
}

}  // namespace crimux::proxy::http2
