#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/io/waiting.h"
#include "vmruntime/streaming/byte_stream.h"

namespace crimux::vm::streaming {

// What a client has sent on one stream and nobody has read yet. Bounded by whoever fills it: after
// each Push it waits until there is room.
class Pipe final : public InputStream {
 public:
  // Of every stream of a connection, in bytes.
  static constexpr size_t kCapacity = 128 << 10;
  // How often it is looked whether a client that isn't read from is still there.
  static constexpr std::chrono::seconds kLook{1};

  // Room for `capacity` bytes, and what one Push brings.
  Pipe(const boost::asio::any_io_executor& executor, size_t capacity)
      : capacity_(capacity), came_(executor), taken_(executor) {}

  Awaitable<std::string> Read() override;

  void Push(std::string_view bytes);
  bool HasRoom() const { return buffer_.size() < capacity_; }
  // Until there is room, or nobody reads any more.
  Awaitable<void> WaitForRoom();
  // The client has sent all.
  void End();
  // The client has broken off; what was not read is lost.
  void Fail();
  // Nobody will read: what comes is dropped.
  void Abandon();

 private:
  enum class State { kOpen, kEnded, kFailed, kAbandoned };

  void ChangeTo(State state);

  size_t capacity_;
  Signal came_;
  Signal taken_;
  std::string buffer_;
  State state_ = State::kOpen;
};

}  // namespace crimux::vm::streaming
