#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vmruntime/streaming/spdy/frame.h"
#include "vmruntime/streaming/spdy/header_block.h"

namespace crimux::vm::spdy {

// Turns the bytes of one direction of a connection into frames, however they are cut into pieces.
// It keeps at most one control frame; data passes through. Frames of one reader share a zlib
// stream. Not to be used after an Error.
class FrameReader {
 public:
  explicit FrameReader(const FrameLimits& limits);

  // The next frame, or piece of a data frame, of `bytes`, from which it is cut off; nullopt when
  // all is taken. Throws Error (INVALID_ARGUMENT): not SPDY/3, or over a limit.
  std::optional<Frame> Next(std::string_view* bytes);

 private:
  bool FillHead(std::string_view* bytes);
  bool IsControl() const;
  std::optional<Frame> NextData(std::string_view* bytes);
  std::optional<Frame> NextControl(std::string_view* bytes);
  Frame ParseControl(std::string_view body);
  Frame ParseStream(uint32_t type, std::string_view body);

  FrameLimits limits_;
  HeaderInflater inflater_;
  std::string head_;   // eight bytes, or the beginning of them
  std::string body_;   // of a control frame, as far as it has come
  uint32_t left_ = 0;  // bytes of the frame behind its head that have not come
};

}  // namespace crimux::vm::spdy
