#include "vmruntime/streaming/pipe.h"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace crimux::vm::streaming {

Awaitable<std::string> Pipe::Read() {
  while (buffer_.empty() && state_ == State::kOpen) co_await came_.Wait();
  if (state_ == State::kFailed) {
    throw boost::system::system_error(boost::asio::error::connection_reset);
  }
  taken_.Notify();
  co_return std::exchange(buffer_, std::string());
}

void Pipe::Push(std::string_view bytes) {
  if (state_ != State::kOpen) return;
  buffer_.append(bytes);
  came_.Notify();
}

Awaitable<void> Pipe::WaitForRoom() {
  while (!HasRoom()) co_await taken_.Wait();
}

void Pipe::End() {
  if (state_ == State::kOpen) ChangeTo(State::kEnded);
}

void Pipe::Fail() {
  if (state_ == State::kAbandoned) return;
  buffer_ = std::string();
  ChangeTo(State::kFailed);
}

void Pipe::Abandon() {
  buffer_ = std::string();
  ChangeTo(State::kAbandoned);
}

void Pipe::ChangeTo(State state) {
  state_ = state;
  came_.Notify();
  taken_.Notify();
}

}  // namespace crimux::vm::streaming
