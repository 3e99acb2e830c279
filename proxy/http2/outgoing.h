#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/slice.h>

#include <vector>

namespace crimux::proxy::http2 {

// Messages on their way out, as gRPC frames them: a prefix with the length, then the message.
class Outgoing {
 public:
  // Valid; without a copy.
  void Add(const grpc::ByteBuffer& message);

  bool empty() const { return next_ == slices_.size(); }

  // Moves up to that many bytes to `to`; says how many there were.
  size_t Take(uint8_t* to, size_t length);

 private:
  std::vector<grpc::Slice> slices_;
  size_t next_ = 0;
  // Of slices_[next_], what is gone already.
  size_t offset_ = 0;
};

}  // namespace crimux::proxy::http2
