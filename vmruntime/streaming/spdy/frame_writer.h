#pragma once

#include <string>

#include "vmruntime/streaming/spdy/frame.h"
#include "vmruntime/streaming/spdy/header_block.h"

namespace crimux::vm::spdy {

// The bytes of frames, for one direction of one connection. Frames with headers share a zlib
// stream: they are to be sent in the order in which they were made.
class FrameWriter {
 public:
  std::string Write(const SynStream& frame);
  std::string Write(const SynReply& frame);

 private:
  HeaderDeflater deflater_;
};

std::string Write(const RstStream& frame);
std::string Write(const Ping& frame);
std::string Write(const GoAway& frame);
// The head of a data frame of so many bytes, at most kLongestData.
std::string DataHead(uint32_t stream, size_t size, bool fin);

}  // namespace crimux::vm::spdy
