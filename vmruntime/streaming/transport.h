#pragma once

#include <chrono>
#include <string>

#include "vmruntime/streaming/byte_stream.h"

namespace crimux::vm::streaming {

// The connection to one client, after its upgrade, as bytes.
class Transport {
 public:
  using Clock = std::chrono::steady_clock;

  virtual ~Transport() = default;

  // What has come, at most `size` bytes; 0: the client has closed it. Throws
  // boost::system::system_error when it breaks.
  virtual Awaitable<size_t> Read(char* buffer, size_t size) = 0;
  // Both, one behind the other; where there are messages, as one. One writer at a time.
  virtual Awaitable<void> Write(const std::string& head, const std::string& body) = 0;
  // Tells the client that the session is over, where there is a way to tell it. All is written by
  // now; somebody still reads.
  virtual Awaitable<void> SayGoodbye() = 0;
  // Ends the connection, and waits a moment for the client to do so too: nothing of what was
  // written is lost. Nobody reads any more.
  virtual Awaitable<void> Finish() = 0;
  // Whether the client has closed or broken the connection; also while nobody reads.
  virtual bool ClientHasGone() const = 0;

  // When bytes last went either way.
  Clock::time_point last_active() const { return last_active_; }

 protected:
  void NoteActivity() { last_active_ = Clock::now(); }

 private:
  Clock::time_point last_active_ = Clock::now();
};

// Returns when nothing has gone either way for that long.
Awaitable<void> WaitUntilIdle(const Transport& transport, std::chrono::milliseconds limit);

}  // namespace crimux::vm::streaming
