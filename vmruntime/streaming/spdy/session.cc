#include "vmruntime/streaming/spdy/session.h"

#include "base/error.h"

namespace crimux::vm::spdy {

std::optional<Event> Session::Next(std::string_view* bytes) {
  for (;;) {
    if (auto ended = std::exchange(ended_next_, std::nullopt)) {
      if (auto event = EndOfClient(*ended)) return event;
    }
    std::optional<Frame> frame = reader_.Next(bytes);
    if (!frame) return std::nullopt;
    auto event = std::visit([this](auto&& part) { return Handle(std::move(part)); }, *frame);
    if (event) return event;
  }
}

std::optional<Event> Session::Handle(SynStream frame) {
  // Ids of clients are odd and grow; a session whose peer counts differently can't go on.
  if (frame.stream % 2 == 0 || frame.stream <= last_stream_) {
    throw Error(grpc::INVALID_ARGUMENT, "open SPDY stream", std::to_string(frame.stream),
                "the id is even or not above the last one");
  }
  last_stream_ = frame.stream;
  if (going_away_) return std::nullopt;
  if (streams_.size() >= limits_.streams) {
    Refuse(frame.stream, ResetReason::kRefusedStream);
    return std::nullopt;
  }
  streams_[frame.stream];
  if (frame.fin) ended_next_ = frame.stream;
  return StreamOpened{frame.stream, std::move(frame.headers)};
}

std::optional<Event> Session::Handle(const RstStream& frame) {
  if (streams_.erase(frame.stream) == 0) return std::nullopt;
  return StreamReset{frame.stream};
}

std::optional<Event> Session::Handle(const Ping& frame) {
  bool from_client = frame.id % 2 == 1;
  if (from_client) replies_ += Write(frame);
  return std::nullopt;
}

std::optional<Event> Session::Handle(const spdy::Data& frame) {
  auto found = streams_.find(frame.stream);
  if (frame.stream > last_stream_) {
    throw Error(grpc::INVALID_ARGUMENT, "read data of SPDY stream", std::to_string(frame.stream),
                "the client has not opened it");
  }
  if (found == streams_.end() || found->second.client_ended) return std::nullopt;
  if (frame.fin) ended_next_ = frame.stream;
  if (frame.bytes.empty()) return std::nullopt;
  return StreamData{frame.stream, frame.bytes};
}

std::optional<Event> Session::EndOfClient(uint32_t stream) {
  auto found = streams_.find(stream);
  if (found == streams_.end() || found->second.client_ended) return std::nullopt;
  found->second.client_ended = true;
  EraseIfDone(stream);
  return StreamEnded{stream};
}

void Session::Accept(uint32_t stream) {
  auto found = streams_.find(stream);
  if (found == streams_.end() || found->second.accepted) return;
  found->second.accepted = true;
  replies_ += writer_.Write(SynReply{.stream = stream, .headers = {}, .fin = false});
}

void Session::Reset(uint32_t stream, ResetReason reason) {
  if (streams_.erase(stream) > 0) Refuse(stream, reason);
}

void Session::Refuse(uint32_t stream, ResetReason reason) {
  replies_ += Write(RstStream{.stream = stream, .status = static_cast<uint32_t>(reason)});
}

void Session::GoAway() {
  if (std::exchange(going_away_, true)) return;
  replies_ += Write(spdy::GoAway{.last_good_stream = last_stream_, .status = 0});
}

std::optional<std::string> Session::Data(uint32_t stream, size_t size, bool fin) {
  auto found = streams_.find(stream);
  if (found == streams_.end() || !found->second.accepted || found->second.server_ended) {
    return std::nullopt;
  }
  if (fin) {
    found->second.server_ended = true;
    EraseIfDone(stream);
  }
  return DataHead(stream, size, fin);
}

void Session::EraseIfDone(uint32_t stream) {
  const Stream& state = streams_.at(stream);
  if (state.client_ended && state.server_ended) streams_.erase(stream);
}

}  // namespace crimux::vm::spdy
