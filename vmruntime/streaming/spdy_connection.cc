#include "vmruntime/streaming/spdy_connection.h"

#include <array>
#include <utility>
#include <vector>

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace crimux::vm::streaming {
namespace {

using boost::system::system_error;
using Clock = std::chrono::steady_clock;

}  // namespace

SpdyStream::SpdyStream(SpdyConnection& connection, uint32_t id, spdy::Headers headers)
    : connection_(connection),
      id_(id),
      headers_(std::move(headers)),
      pipe_(connection.executor(), Pipe::kCapacity),
      broke_(connection.executor()) {}

void SpdyStream::Accept() { connection_.Accept(id_); }

Awaitable<void> SpdyStream::Write(std::string bytes) {
  return connection_.Send(id_, std::move(bytes), false);
}

Awaitable<void> SpdyStream::Close() {
  try {
    co_await connection_.Send(id_, std::string(), true);
  } catch (const system_error&) {
    // It is closed, then.
  }
}

void SpdyStream::Reset(spdy::ResetReason reason) {
  pipe_.Abandon();
  connection_.Reset(id_, reason);
}

Awaitable<void> SpdyStream::WaitUntilBroken() {
  while (!is_broken_) co_await broke_.Wait();
}

void SpdyStream::Break() {
  pipe_.Fail();
  is_broken_ = true;
  broke_.Notify();
}

SpdyConnection::SpdyConnection(const boost::asio::any_io_executor& executor, Transport& transport,
                               const SpdyLimits& limits, OnStream on_stream)
    : executor_(executor),
      transport_(transport),
      limits_(limits),
      on_stream_(std::move(on_stream)),
      session_(limits.session),
      queue_(executor, transport) {}

Awaitable<void> SpdyConnection::Run() {
  try {
    co_await Race(Race(ReadAll(), queue_.Run()), WaitUntilIdle(transport_, limits_.idle));
  } catch (...) {
    BreakAll();
    throw;
  }
  BreakAll();
}

Awaitable<void> SpdyConnection::ReadAll() {
  std::vector<char> buffer(kPiece);
  for (;;) {
    size_t length = co_await transport_.Read(buffer.data(), buffer.size());
    if (length == 0) co_return;
    co_await Handle(std::string_view(buffer.data(), length));
  }
}

Awaitable<void> SpdyConnection::Handle(std::string_view bytes) {
  while (auto event = session_.Next(&bytes)) {
    std::visit([this](auto&& e) { On(std::move(e)); }, *event);
    queue_.Post(session_.TakeReplies());
    const auto* data = std::get_if<spdy::StreamData>(&*event);
    std::shared_ptr<SpdyStream> stream = data == nullptr ? nullptr : Find(data->stream);
    if (stream && !stream->pipe().HasRoom()) co_await WaitForRoom(stream);
  }
  queue_.Post(session_.TakeReplies());
}

void SpdyConnection::On(spdy::StreamOpened event) {
  auto stream = std::make_shared<SpdyStream>(*this, event.stream, std::move(event.headers));
  streams_[stream->id()] = stream;
  on_stream_(stream);
}

void SpdyConnection::On(const spdy::StreamData& event) {
  if (auto stream = Find(event.stream)) stream->pipe().Push(event.bytes);
}

void SpdyConnection::On(const spdy::StreamEnded& event) {
  if (auto stream = Find(event.stream)) stream->pipe().End();
  ForgetIfDone(event.stream);
}

void SpdyConnection::On(const spdy::StreamReset& event) {
  if (auto stream = Find(event.stream)) stream->Break();
  ForgetIfDone(event.stream);
}

void SpdyConnection::ForgetIfDone(uint32_t stream) {
  if (!session_.Has(stream)) streams_.erase(stream);
}

Awaitable<void> SpdyConnection::WaitForRoom(std::shared_ptr<SpdyStream> stream) {
  auto since = Clock::now();
  while (!stream->pipe().HasRoom()) {
    co_await Race(stream->pipe().WaitForRoom(), Sleep(Pipe::kLook));
    if (transport_.ClientHasGone()) throw system_error(boost::asio::error::connection_reset);
    bool has_others = session_.streams() > limits_.streams_of_one;
    if (has_others && Clock::now() - since > limits_.stall) {
      stream->Break();
      Reset(stream->id(), spdy::ResetReason::kInternalError);
    }
  }
}

std::shared_ptr<SpdyStream> SpdyConnection::Find(uint32_t stream) const {
  auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : found->second;
}

Awaitable<void> SpdyConnection::Send(uint32_t stream, std::string bytes, bool fin) {
  auto head = session_.Data(stream, bytes.size(), fin);
  if (!head) throw system_error(boost::asio::error::broken_pipe);
  ForgetIfDone(stream);
  return queue_.Send(*std::move(head), std::move(bytes));
}

void SpdyConnection::Accept(uint32_t stream) {
  session_.Accept(stream);
  queue_.Post(session_.TakeReplies());
}

void SpdyConnection::Reset(uint32_t stream, spdy::ResetReason reason) {
  session_.Reset(stream, reason);
  queue_.Post(session_.TakeReplies());
  streams_.erase(stream);
}

Awaitable<void> SpdyConnection::GoAway() {
  session_.GoAway();
  queue_.Post(session_.TakeReplies());
  co_await queue_.Flush();
  co_await transport_.SayGoodbye();
}

void SpdyConnection::BreakAll() {
  for (auto& [id, stream] : streams_) stream->Break();
}

}  // namespace crimux::vm::streaming
