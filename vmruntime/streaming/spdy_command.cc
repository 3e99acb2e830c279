#include <fmt/format.h>

#include <map>

#include <boost/asio/this_coro.hpp>

#include "base/error.h"
#include "vmruntime/streaming/spdy_connection.h"
#include "vmruntime/streaming/spdy_sessions.h"
#include "vmruntime/streaming/terminal_sizes.h"

namespace crimux::vm::streaming {
namespace {

constexpr size_t kCommandStreams = 8;

// The streams of one exec or attach, which the client opens in any order.
class CommandSession {
 public:
  CommandSession(const boost::asio::any_io_executor& executor, Transport& transport,
                 const Command& command, int version, Handlers& handlers, SessionTimes times)
      : command_(command),
        version_(version),
        handlers_(handlers),
        times_(times),
        opened_(executor),
        connection_(executor, transport,
                    {.session = {.frames = {}, .streams = kCommandStreams},
                     .idle = times.idle,
                     .streams_of_one = kCommandStreams},
                    [this](std::shared_ptr<SpdyStream> stream) { Take(std::move(stream)); }) {}

  Awaitable<void> Serve() { return Race(connection_.Run(), Run()); }

 private:
  using Stream = std::shared_ptr<SpdyStream>;

  void Take(Stream stream) {
    std::string type(stream->Header("streamtype"));
    auto expected = streams_.find(type);
    bool fits = expected != streams_.end() && expected->second == nullptr;
    if (!fits) return stream->Reset(spdy::ResetReason::kProtocolError);
    stream->Accept();
    expected->second = std::move(stream);
    opened_.Notify();
  }

  // Those that the client will open, and none yet.
  static std::map<std::string, Stream> Expected(const CommandRequest& request, int version) {
    std::map<std::string, Stream> streams{{"error", nullptr}};
    if (request.stdin) streams["stdin"];
    if (request.stdout) streams["stdout"];
    if (request.stderr) streams["stderr"];
    if (request.tty && version >= 3) streams["resize"];
    return streams;
  }

  bool IsComplete() const {
    for (const auto& [type, stream] : streams_) {
      if (!stream) return false;
    }
    return true;
  }

  Awaitable<void> WaitForStreams() {
    while (!IsComplete()) co_await opened_.Wait();
  }

  Awaitable<void> Run() {
    co_await Race(WaitForStreams(), Sleep(times_.creation));
    if (!IsComplete()) {
      throw Error(grpc::DEADLINE_EXCEEDED, "wait for streams of", command_.request.container_id,
                  "the client doesn't open them");
    }
    std::optional<StreamedTerminalSizes> sizes;
    if (SpdyStream* stream = Find("resize")) sizes.emplace(*stream);
    CommandStreams streams{.in = Find("stdin"),
                           .out = Find("stdout"),
                           .err = Find("stderr"),
                           .sizes = sizes ? &*sizes : nullptr};
    co_await RunCommand(handlers_, command_, streams, *Find("error"), Form());
    for (const char* input : {"stdin", "resize"}) {
      if (SpdyStream* stream = Find(input)) stream->Reset(spdy::ResetReason::kCancel);
    }
    co_await connection_.GoAway();
  }

  SpdyStream* Find(const std::string& type) {
    auto found = streams_.find(type);
    return found == streams_.end() ? nullptr : found->second.get();
  }

  StatusForm Form() const { return version_ >= 4 ? StatusForm::kJson : StatusForm::kWords; }

  const Command& command_;
  const int version_;
  Handlers& handlers_;
  const SessionTimes times_;
  std::map<std::string, Stream> streams_ = Expected(command_.request, version_);
  Signal opened_;
  SpdyConnection connection_;
};

}  // namespace

Awaitable<void> ServeSpdyCommand(Transport& transport, const Command& command, int version,
                                 Handlers& handlers, SessionTimes times) {
  auto executor = co_await boost::asio::this_coro::executor;
  CommandSession session(executor, transport, command, version, handlers, times);
  co_await session.Serve();
}

}  // namespace crimux::vm::streaming
