#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "vmruntime/streaming/spdy/frame.h"
#include "vmruntime/streaming/spdy/frame_reader.h"
#include "vmruntime/streaming/spdy/frame_writer.h"

namespace crimux::vm::spdy {

// What happened to a session, for its owner.
struct StreamOpened {  // to be answered by Accept or Reset
  uint32_t stream = 0;
  Headers headers;
};
struct StreamData {
  uint32_t stream = 0;
  std::string_view bytes;  // into what Next was given; not empty
};
struct StreamEnded {  // the client will send no more of it
  uint32_t stream = 0;
};
struct StreamReset {  // gone, in both directions
  uint32_t stream = 0;
};
struct GoneAway {};  // the client will open no more streams

using Event = std::variant<StreamOpened, StreamData, StreamEnded, StreamReset, GoneAway>;

struct SessionLimits {
  FrameLimits frames;
  // Open at once; more are refused. kubectl's port-forward has two for each connection.
  size_t streams = 2048;
};

// The server's side of a SPDY/3.1 session: which streams there are, and what to answer.
//
//   (none) ── SYN_STREAM ──> offered ── Accept ──> open ── FIN from both sides, RST from any ──>
//   (none)
//                               └────── Reset ────────────────────────────────────────────────>
//                               (none)
//
// It does no I/O: bytes of the client go in at Next, bytes for the client come out of TakeReplies
// and Data. Frames for streams that are gone were on their way when they went, and are passed over.
// There is no flow control, since no peer takes part in it.
class Session {
 public:
  explicit Session(const SessionLimits& limits) : limits_(limits), reader_(limits.frames) {}

  // The next event in `bytes`, of which it takes what it needs; nullopt when all is taken. Throws
  // Error (INVALID_ARGUMENT) for what is no SPDY; the session is over then.
  std::optional<Event> Next(std::string_view* bytes);

  void Accept(uint32_t stream);
  // No effect on a stream that is gone.
  void Reset(uint32_t stream, ResetReason reason);
  // No streams are taken from now on.
  void GoAway();
  // What is to be sent before anything else.
  std::string TakeReplies() { return std::exchange(replies_, {}); }

  // The head of a data frame, to be sent before that many bytes; nullopt when the stream takes no
  // data (any more). With `fin` it is the last one.
  std::optional<std::string> Data(uint32_t stream, size_t size, bool fin);

  bool Has(uint32_t stream) const { return streams_.contains(stream); }
  size_t streams() const { return streams_.size(); }

 private:
  struct Stream {
    bool accepted = false;
    bool client_ended = false;
    bool server_ended = false;
  };

  std::optional<Event> Handle(SynStream frame);
  std::optional<Event> Handle(const SynReply&) { return std::nullopt; }
  std::optional<Event> Handle(const RstStream& frame);
  std::optional<Event> Handle(const Ping& frame);
  std::optional<Event> Handle(const spdy::GoAway&) { return GoneAway{}; }
  std::optional<Event> Handle(const MoreHeaders&) { return std::nullopt; }
  std::optional<Event> Handle(const Ignored&) { return std::nullopt; }
  std::optional<Event> Handle(const spdy::Data& frame);
  std::optional<Event> EndOfClient(uint32_t stream);
  void EraseIfDone(uint32_t stream);
  void Refuse(uint32_t stream, ResetReason reason);

  SessionLimits limits_;
  FrameReader reader_;
  FrameWriter writer_;
  std::map<uint32_t, Stream> streams_;
  uint32_t last_stream_ = 0;
  bool going_away_ = false;
  std::string replies_;
  // A stream whose end came with its opening or its last data.
  std::optional<uint32_t> ended_next_;
};

}  // namespace crimux::vm::spdy
