#include <fmt/format.h>

#include <charconv>
#include <map>

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "base/error.h"
#include "vmruntime/streaming/spdy_connection.h"
#include "vmruntime/streaming/spdy_sessions.h"

namespace crimux::vm::streaming {
namespace {

using Stream = std::shared_ptr<SpdyStream>;

constexpr size_t kForwardStreams = 1024;

// 0: none.
uint16_t PortOf(const SpdyStream& stream) {
  std::string_view text = stream.Header("port");
  uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() ? port : 0;
}

// The two streams of one connection to a port.
struct StreamPair {
  Stream data;
  Stream error;
  std::chrono::steady_clock::time_point since = std::chrono::steady_clock::now();
};

// The pod's bytes. Their end ends the error stream, too: clients wait for it before they end the
// data stream themselves.
class DataOutput final : public OutputStream {
 public:
  explicit DataOutput(const StreamPair& pair) : pair_(pair) {}

  Awaitable<void> Write(std::string bytes) override { return pair_.data->Write(std::move(bytes)); }
  Awaitable<void> Close() override {
    co_await pair_.data->Close();
    co_await pair_.error->Close();
  }

 private:
  const StreamPair& pair_;
};

// Connections to ports come and go, each a pair of streams, on one connection of the client's.
class PortForwardSession {
 public:
  PortForwardSession(const boost::asio::any_io_executor& executor, Transport& transport,
                     const PortForwardRequest& request, Handlers& handlers, SessionTimes times)
      : request_(request),
        handlers_(handlers),
        times_(times),
        tasks_(executor),
        connection_(executor, transport,
                    {.session = {.frames = {}, .streams = kForwardStreams},
                     .idle = times.idle,
                     .stall = times.stall},
                    [this](const Stream& stream) { Take(stream); }) {}

  Awaitable<void> Serve() { return tasks_.During(Race(connection_.Run(), ResetSingles())); }

 private:
  void Take(const Stream& stream) {
    bool is_data = stream->Header("streamtype") == "data";
    bool is_error = stream->Header("streamtype") == "error";
    if ((!is_data && !is_error) || PortOf(*stream) == 0) {
      return stream->Reset(spdy::ResetReason::kProtocolError);
    }
    std::string id = RequestId(*stream, is_data);
    StreamPair& pair = waiting_[id];
    Stream& place = is_data ? pair.data : pair.error;
    if (place) return stream->Reset(spdy::ResetReason::kProtocolError);
    stream->Accept();
    place = stream;
    if (pair.data && pair.error) tasks_.Start(Forward(waiting_.extract(id).mapped()));
  }

  // Clients of old send none: there the data stream comes right behind its error stream.
  static std::string RequestId(const SpdyStream& stream, bool is_data) {
    std::string_view id = stream.Header("requestid");
    if (!id.empty()) return std::string(id);
    return fmt::format("stream {}", is_data ? stream.id() - 2 : stream.id());
  }

  // Streams whose other one doesn't come.
  Awaitable<void> ResetSingles() {
    for (;;) {
      co_await Sleep(times_.creation);
      auto last = std::chrono::steady_clock::now() - times_.creation;
      for (auto at = waiting_.begin(); at != waiting_.end();) {
        auto [data, error, since] = at->second;
        bool is_late = since < last;
        at = is_late ? waiting_.erase(at) : std::next(at);
        if (is_late) (data ? data : error)->Reset(spdy::ResetReason::kCancel);
      }
    }
  }

  Awaitable<void> Forward(StreamPair pair) {
    std::string failure;
    try {
      // The client has nothing to say there.
      pair.error->Abandon();
      DataOutput out(pair);
      co_await Race(handlers_.PortForward(request_.sandbox_id, PortOf(*pair.data), *pair.data, out),
                    pair.data->WaitUntilBroken());
      co_await out.Close();
    } catch (const Error& e) {
      failure = e.what();
    } catch (const boost::system::system_error& e) {
      if (e.code() == boost::asio::error::operation_aborted) throw;
      failure = fmt::format("forward port {}: {}", PortOf(*pair.data), e.code().message());
    }
    if (!failure.empty()) co_await Tell(*pair.error, std::move(failure));
    for (const Stream& stream : {pair.data, pair.error}) {
      stream->Reset(spdy::ResetReason::kCancel);
    }
  }

  static Awaitable<void> Tell(SpdyStream& error, std::string failure) {
    try {
      co_await error.Write(std::move(failure));
      co_await error.Close();
    } catch (const boost::system::system_error&) {
      // Nobody listens.
    }
  }

  const PortForwardRequest& request_;
  Handlers& handlers_;
  const SessionTimes times_;
  std::map<std::string, StreamPair> waiting_;  // by request id: one of the two has come
  TaskGroup tasks_;
  SpdyConnection connection_;
};

}  // namespace

Awaitable<void> ServeSpdyPortForward(Transport& transport, const PortForwardRequest& request,
                                     Handlers& handlers, SessionTimes times) {
  auto executor = co_await boost::asio::this_coro::executor;
  PortForwardSession session(executor, transport, request, handlers, times);
  co_await session.Serve();
}

}  // namespace crimux::vm::streaming
