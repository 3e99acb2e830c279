#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>

#include "vmruntime/streaming/send_queue.h"
#include "vmruntime/streaming/spdy_stream.h"

namespace crimux::vm::streaming {

struct SpdyLimits {
  spdy::SessionLimits session;
  // Nothing goes either way.
  std::chrono::milliseconds idle{0};
  // How long a stream whose data nobody takes may hold up the others, before it is reset. SPDY's
  // flow control would hold up one stream alone, but no peer takes part in it.
  std::chrono::milliseconds stall{30'000};
  // Streams that belong together: more than these are others.
  size_t streams_of_one = 2;
};

// A SPDY session on a connection: the client's frames become streams. A client that sends more than
// somebody reads is not read from either.
class SpdyConnection {
 public:
  // A stream of the client's: to be accepted or reset.
  using OnStream = std::function<void(std::shared_ptr<SpdyStream>)>;

  SpdyConnection(const boost::asio::any_io_executor& executor, Transport& transport,
                 const SpdyLimits& limits, OnStream on_stream);

  // Until the client goes away, breaks the protocol, or is idle for too long. Streams fail then.
  Awaitable<void> Run();
  // Says goodbye, and returns when all that was sent is written. Run goes on meanwhile.
  Awaitable<void> GoAway();

  // For the streams.
  void Accept(uint32_t stream);
  Awaitable<void> Send(uint32_t stream, std::string bytes, bool fin);
  void Reset(uint32_t stream, spdy::ResetReason reason);
  const boost::asio::any_io_executor& executor() const { return executor_; }

 private:
  Awaitable<void> ReadAll();
  Awaitable<void> Handle(std::string_view bytes);
  void On(spdy::StreamOpened event);
  void On(const spdy::StreamData& event);
  void On(const spdy::StreamEnded& event);
  void On(const spdy::StreamReset& event);
  void On(const spdy::GoneAway&) {}
  Awaitable<void> WaitForRoom(std::shared_ptr<SpdyStream> stream);
  std::shared_ptr<SpdyStream> Find(uint32_t stream) const;
  void ForgetIfDone(uint32_t stream);
  void BreakAll();

  boost::asio::any_io_executor executor_;
  Transport& transport_;
  SpdyLimits limits_;
  OnStream on_stream_;
  spdy::Session session_;
  SendQueue queue_;
  // Those that are not ended in both directions.
  std::map<uint32_t, std::shared_ptr<SpdyStream>> streams_;
};

}  // namespace crimux::vm::streaming
