#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

#include "vmruntime/streaming/spdy/frame.h"

namespace crimux::vm::spdy {

// Header blocks as they lie on the wire, inflated: a count, then names and values, each with its
// length before it. Throws Error (INVALID_ARGUMENT) for what is none.
Headers ParseHeaders(std::string_view block);
std::string SerializeHeaders(const Headers& headers);

// Inflates the header blocks of one direction of one connection. They are one zlib stream, so each
// block must pass through here, in order, even if nobody wants it. Not to be used after an Error.
class HeaderInflater {
 public:
  // Blocks that inflate to more bytes than `limit` are refused.
  explicit HeaderInflater(size_t limit);
  HeaderInflater(const HeaderInflater&) = delete;
  HeaderInflater& operator=(const HeaderInflater&) = delete;
  ~HeaderInflater();

  // Throws Error (INVALID_ARGUMENT).
  Headers Inflate(std::string_view compressed);

 private:
  void Step(std::string& block);

  size_t limit_;
  z_stream stream_{};
};

// The other direction.
class HeaderDeflater {
 public:
  HeaderDeflater();
  HeaderDeflater(const HeaderDeflater&) = delete;
  HeaderDeflater& operator=(const HeaderDeflater&) = delete;
  ~HeaderDeflater();

  std::string Deflate(const Headers& headers);

 private:
  z_stream stream_{};
};

}  // namespace crimux::vm::spdy
