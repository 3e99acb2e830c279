#include "vmruntime/streaming/spdy/frame_writer.h"

#include "vmruntime/streaming/spdy/bytes.h"
#include "vmruntime/streaming/spdy/wire.h"

namespace crimux::vm::spdy {
namespace {

std::string Control(ControlType type, bool fin, std::string_view body) {
  std::string frame;
  AddUint(0x8000 | kVersion, 2, frame);
  AddUint(type, 2, frame);
  AddUint(fin ? kFlagFin : 0, 1, frame);
  AddUint(static_cast<uint32_t>(body.size()), 3, frame);
  return frame.append(body);
}

std::string Pair(uint32_t first, uint32_t second) {
  std::string body;
  AddUint32(first, body);
  AddUint32(second, body);
  return body;
}

}  // namespace

std::string FrameWriter::Write(const SynStream& frame) {
  // Neither associated to another stream, nor of any priority.
  std::string body = Pair(frame.stream, 0);
  AddUint(0, 2, body);
  return Control(kSynStream, frame.fin, body + deflater_.Deflate(frame.headers));
}

std::string FrameWriter::Write(const SynReply& frame) {
  std::string body;
  AddUint32(frame.stream, body);
  return Control(kSynReply, frame.fin, body + deflater_.Deflate(frame.headers));
}

std::string Write(const RstStream& frame) {
  return Control(kRstStream, false, Pair(frame.stream, frame.status));
}

std::string Write(const Ping& frame) {
  std::string body;
  AddUint32(frame.id, body);
  return Control(kPing, false, body);
}

std::string Write(const GoAway& frame) {
  return Control(kGoAway, false, Pair(frame.last_good_stream, frame.status));
}

std::string DataHead(uint32_t stream, size_t size, bool fin) {
  std::string head;
  AddUint32(stream & kStreamMask, head);
  AddUint(fin ? kFlagFin : 0, 1, head);
  AddUint(static_cast<uint32_t>(size), 3, head);
  return head;
}

}  // namespace crimux::vm::spdy
