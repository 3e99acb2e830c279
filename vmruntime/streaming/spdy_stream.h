#pragma once

#include <memory>

#include "vmruntime/streaming/pipe.h"
#include "vmruntime/streaming/spdy/session.h"

namespace crimux::vm::streaming {

class SpdyConnection;

// One stream of a SPDY connection, which outlives its use.
class SpdyStream final : public InputStream, public OutputStream {
 public:
  SpdyStream(SpdyConnection& connection, uint32_t id, spdy::Headers headers);

  uint32_t id() const { return id_; }
  // Of SYN_STREAM, by its name in lower case; empty when there is none.
  std::string_view Header(std::string_view name) const { return spdy::Find(headers_, name); }

  // Tells the client that its stream is there. Before that it may only be Reset.
  void Accept();

  Awaitable<std::string> Read() override { return pipe_.Read(); }
  Awaitable<void> Write(std::string bytes) override;
  Awaitable<void> Close() override;
  // Drops what the client sends.
  void Abandon() { pipe_.Abandon(); }
  // Ends it in both directions.
  void Reset(spdy::ResetReason reason);
  // Until the client has reset it, or has gone.
  Awaitable<void> WaitUntilBroken();

  // For the connection.
  Pipe& pipe() { return pipe_; }
  void Break();

 private:
  SpdyConnection& connection_;
  const uint32_t id_;
  const spdy::Headers headers_;
  Pipe pipe_;
  Signal broke_;
  bool is_broken_ = false;
};

}  // namespace crimux::vm::streaming
