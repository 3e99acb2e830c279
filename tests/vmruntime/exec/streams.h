#pragma once

#include <deque>
#include <exception>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "base/io/waiting.h"
#include "vmruntime/streaming/handlers.h"

namespace crimux::vm {

// Gives what it was told to, then ends.
class Given final : public streaming::InputStream {
 public:
  explicit Given(std::deque<std::string> pieces) : pieces_(std::move(pieces)) {}
  Awaitable<std::string> Read() override {
    if (pieces_.empty()) co_return "";
    std::string piece = std::move(pieces_.front());
    pieces_.pop_front();
    co_return piece;
  }

 private:
  std::deque<std::string> pieces_;
};

class Gathered final : public streaming::OutputStream {
 public:
  Awaitable<void> Write(std::string bytes) override {
    text += bytes;
    co_return;
  }
  Awaitable<void> Close() override { co_return; }

  std::string text;
};

// Runs a coroutine to its end on the calling thread; its value, or what it throws.
template <typename T>
T RunHere(boost::asio::io_context& io, Awaitable<T> work) {
  std::exception_ptr thrown;
  T value{};
  bool ended = false;
  boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr e, T result) {
    thrown = e;
    value = std::move(result);
    ended = true;
  });
  io.restart();
  while (!ended && io.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  return value;
}

}  // namespace crimux::vm
