#include "ctl/stream/session.h"

#include <unistd.h>

#include <csignal>
#include <exception>
#include <memory>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"
#include "base/file.h"
#include "ctl/stream/channel_client.h"
#include "ctl/stream/input_thread.h"
#include "ctl/stream/raw_terminal.h"
#include "ctl/stream/status.h"
#include "ctl/stream/window.h"

namespace crimux::ctl {
namespace {

namespace asio = boost::asio;

class Session {
 public:
  Session(const asio::any_io_executor& executor, const SessionOptions& options)
      : executor_(executor), options_(options), client_(executor), changed_(executor) {}

  Awaitable<void> Run(const StreamUrl& url) {
    co_await client_.Connect(url);
    bool typed = options_.input && ::isatty(options_.in) == 1;
    if (typed && options_.tty) terminal_ = std::make_unique<RawTerminal>(options_.in);
    escapes_ = typed && options_.escape.has_value();
    if (options_.input) {
      input_ = std::make_unique<InputThread>(options_.in, executor_, [this] { changed_.Notify(); });
    }
    co_await Race(Receive(), Race(Send(), WatchWindow()));
  }

  // After Run.
  SessionEnd End() const {
    if (left_) return {.left = true};
    if (status_.empty()) {
      throw Error(grpc::StatusCode::UNAVAILABLE, "read from", "the stream",
                  "it broke off without a status");
    }
    return {.exit_code = ExitCodeOf(status_)};
  }

 private:
  Awaitable<void> Receive() {
    for (;;) {
      std::optional<ChannelMessage> message = co_await client_.Receive();
      if (!message) co_return;
      if (message->channel == Channel::kStdout) WriteAll(options_.out, message->bytes, "stdout");
      if (message->channel == Channel::kStderr) WriteAll(options_.err, message->bytes, "stderr");
      if (message->channel == Channel::kStatus) status_ += message->bytes;
    }
  }

  // Returns when the user has left.
  Awaitable<void> Send() {
    try {
      while (!left_) co_await SendWhatIsThere();
      co_return;
    } catch (const Error&) {
      // The server takes no more. What it has said to that is still to be received.
    }
    for (;;) co_await changed_.Wait();
  }

  Awaitable<void> SendWhatIsThere() {
    if (std::exchange(resized_, false)) {
      std::optional<winsize> size = Size();
      if (!size) co_return;
      std::string message = ResizeMessage(*size);
      co_await client_.Send(Channel::kResize, message);
    } else if (auto piece = input_ ? input_->Take() : std::nullopt) {
      co_await SendInput(*std::move(piece));
    } else {
      co_await changed_.Wait();
    }
  }

  Awaitable<void> SendInput(std::string piece) {
    bool ended = piece.empty();
    if (escapes_) {
      size_t key = piece.find(*options_.escape);
      left_ = key != std::string::npos;
      if (left_) piece.resize(key);
    }
    if (!piece.empty()) co_await client_.Send(Channel::kStdin, piece);
    if (ended && client_.CanEndInput()) co_await client_.EndInput();
    if (ended && !client_.CanEndInput() && options_.note) {
      options_.note("the runtime speaks " + client_.protocol() +
                    ", which can't tell the end of the input: what reads it waits for more");
    }
  }

  Awaitable<void> WatchWindow() {
    if (!options_.tty) co_await Never();
    asio::signal_set signals(executor_, SIGWINCH);
    for (;;) {
      resized_ = true;
      changed_.Notify();
      co_await signals.async_wait(asio::use_awaitable);
    }
  }

  Awaitable<void> Never() {
    Signal never(executor_);
    for (;;) co_await never.Wait();
  }

  std::optional<winsize> Size() const {
    auto size = WindowSize(options_.in);
    return size ? size : WindowSize(options_.out);
  }

  asio::any_io_executor executor_;
  const SessionOptions& options_;
  ChannelClient client_;
  Signal changed_;  // what Send looks at
  std::unique_ptr<RawTerminal> terminal_;
  std::unique_ptr<InputThread> input_;
  bool escapes_ = false;
  bool resized_ = false;
  bool left_ = false;
  std::string status_;
};

}  // namespace

SessionEnd RunSession(const std::string& url, const SessionOptions& options) {
  StreamUrl place = ParseStreamUrl(url);
  if (place.tls) {
    throw Error(grpc::StatusCode::UNIMPLEMENTED, "use the runtime's URL", url,
                "its scheme is not http");
  }
  asio::io_context io(1);
  Session session(io.get_executor(), options);
  std::exception_ptr failure;
  asio::co_spawn(io, session.Run(place), [&](std::exception_ptr e) { failure = std::move(e); });
  io.run();
  if (failure) std::rethrow_exception(failure);
  return session.End();
}

}  // namespace crimux::ctl
