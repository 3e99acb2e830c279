#include "vmruntime/streaming/spdy/frame_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "vmruntime/streaming/spdy/bytes.h"
#include "vmruntime/streaming/spdy/wire.h"

namespace crimux::vm::spdy {
namespace {

Error Bad(std::string_view what, std::string_view cause) {
  return {grpc::INVALID_ARGUMENT, "read SPDY frame", what, cause};
}

uint32_t StreamId(std::string_view body) { return ReadUint32(body) & kStreamMask; }

void RequireLength(std::string_view body, size_t length, std::string_view what) {
  if (body.size() != length) throw Bad(what, fmt::format("is not {} bytes long", length));
}

}  // namespace

FrameReader::FrameReader(const FrameLimits& limits)
    : limits_(limits), inflater_(limits.header_block) {}

std::optional<Frame> FrameReader::Next(std::string_view* bytes) {
  if (head_.size() < kHeadSize && !FillHead(bytes)) return std::nullopt;
  return IsControl() ? NextControl(bytes) : NextData(bytes);
}

// Whether the head is complete.
bool FrameReader::FillHead(std::string_view* bytes) {
  size_t take = std::min(kHeadSize - head_.size(), bytes->size());
  head_.append(bytes->substr(0, take));
  bytes->remove_prefix(take);
  if (head_.size() < kHeadSize) return false;
  left_ = ReadUint(std::string_view(head_).substr(5), 3);
  if (!IsControl()) return true;
  uint32_t version = ReadUint(head_, 2) & 0x7fff;
  if (version != kVersion) throw Bad("control", fmt::format("is of version {}, not 3", version));
  if (left_ > limits_.control_frame) throw Bad("control", fmt::format("has {} bytes", left_));
  return true;
}

bool FrameReader::IsControl() const { return (static_cast<unsigned char>(head_[0]) & 0x80) != 0; }

std::optional<Frame> FrameReader::NextData(std::string_view* bytes) {
  bool is_empty = left_ == 0;
  if (bytes->empty() && !is_empty) return std::nullopt;
  std::string_view piece = bytes->substr(0, left_);
  bytes->remove_prefix(piece.size());
  left_ -= static_cast<uint32_t>(piece.size());
  bool last = left_ == 0;
  Data data{.stream = StreamId(head_), .bytes = piece, .fin = last && (head_[4] & kFlagFin) != 0};
  if (last) head_.clear();
  return data;
}

std::optional<Frame> FrameReader::NextControl(std::string_view* bytes) {
  std::string_view piece = bytes->substr(0, left_);
  bytes->remove_prefix(piece.size());
  left_ -= static_cast<uint32_t>(piece.size());
  body_.append(piece);
  if (left_ > 0) return std::nullopt;
  Frame frame = ParseControl(body_);
  head_.clear();
  body_.clear();
  return frame;
}

Frame FrameReader::ParseControl(std::string_view body) {
  uint32_t type = ReadUint(std::string_view(head_).substr(2), 2);
  switch (type) {
    case kSynStream:
    case kSynReply:
    case kHeaders:
      return ParseStream(type, body);
    case kRstStream:
      RequireLength(body, 8, "RST_STREAM");
      return RstStream{.stream = StreamId(body), .status = ReadUint32(body.substr(4))};
    case kPing:
      RequireLength(body, 4, "PING");
      return Ping{.id = ReadUint32(body)};
    case kGoAway:
      RequireLength(body, 8, "GOAWAY");
      return GoAway{.last_good_stream = StreamId(body), .status = ReadUint32(body.substr(4))};
    default:
      return Ignored{.type = static_cast<uint16_t>(type)};
  }
}

// A frame with a header block: it must be inflated whatever becomes of the frame.
Frame FrameReader::ParseStream(uint32_t type, std::string_view body) {
  size_t before_block = type == kSynStream ? 10 : 4;
  if (body.size() < before_block) throw Bad("with headers", "is cut short");
  Headers headers = inflater_.Inflate(body.substr(before_block));
  uint32_t stream = StreamId(body);
  bool fin = (head_[4] & kFlagFin) != 0;
  if (type == kSynStream) return SynStream{stream, std::move(headers), fin};
  if (type == kSynReply) return SynReply{stream, std::move(headers), fin};
  return MoreHeaders{stream};
}

}  // namespace crimux::vm::spdy
