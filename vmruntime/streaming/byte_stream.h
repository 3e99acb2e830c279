#pragma once

#include <string>

#include "base/io/waiting.h"

namespace crimux::vm::streaming {

// Bytes of a client. One reader at a time.
class InputStream {
 public:
  virtual ~InputStream() = default;

  // What has come, at least a byte; empty: the end, also when asked again. What isn't read stays
  // with the client, beyond a small buffer. Throws boost::system::system_error when the client has
  // broken off.
  virtual Awaitable<std::string> Read() = 0;
};

// Bytes for a client. One writer at a time.
class OutputStream {
 public:
  virtual ~OutputStream() = default;

  // Returns once the connection has taken them; waits for a client that doesn't read. Throws
  // boost::system::system_error when nobody will read them.
  virtual Awaitable<void> Write(std::string bytes) = 0;
  // Tells the client that no more will come. May be repeated; throws nothing but cancellation.
  virtual Awaitable<void> Close() = 0;
};

// The size of pieces in which to read what is to be written to a stream.
inline constexpr size_t kPiece = 32 << 10;

}  // namespace crimux::vm::streaming
