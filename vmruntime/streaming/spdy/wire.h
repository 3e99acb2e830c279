#pragma once

#include <cstddef>
#include <cstdint>

// Numbers of SPDY/3.
namespace crimux::vm::spdy {

// Before each frame: type or stream, flags, length.
inline constexpr size_t kHeadSize = 8;
inline constexpr uint32_t kVersion = 3;
inline constexpr uint32_t kStreamMask = 0x7fffffff;
inline constexpr unsigned char kFlagFin = 1;

enum ControlType : uint32_t {
  kSynStream = 1,
  kSynReply = 2,
  kRstStream = 3,
  kSettings = 4,
  kPing = 6,
  kGoAway = 7,
  kHeaders = 8,
  kWindowUpdate = 9,
};

}  // namespace crimux::vm::spdy
