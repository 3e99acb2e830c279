#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// SPDY/3.1, as far as the peers of a streaming server speak it: draft-mbelshe-httpbis-spdy-00
// (SPDY/3) and its successor. Nothing here does I/O.
namespace crimux::vm::spdy {

// Names in lower case; in the order in which they came.
using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of the first header of that name; empty without one.
std::string_view Find(const Headers& headers, std::string_view name);

struct SynStream {
  uint32_t stream = 0;
  Headers headers;
  bool fin = false;  // the sender will send no data
};
struct SynReply {
  uint32_t stream = 0;
  Headers headers;
  bool fin = false;
};
enum class ResetReason : uint32_t {
  kProtocolError = 1,
  kInvalidStream = 2,
  kRefusedStream = 3,
  kCancel = 5,
  kInternalError = 6,
  kStreamInUse = 8,
};
struct RstStream {
  uint32_t stream = 0;
  uint32_t status = 0;  // a ResetReason, or something newer
};
struct Ping {
  uint32_t id = 0;  // odd: the client's
};
struct GoAway {
  uint32_t last_good_stream = 0;
  uint32_t status = 0;
};
// More headers of a stream; nobody sends them, and they are passed over.
struct MoreHeaders {
  uint32_t stream = 0;
};
// SETTINGS, WINDOW_UPDATE and control frames of types that we do not know.
struct Ignored {
  uint16_t type = 0;
};
// A piece of a data frame: frames are handed on as they come, so their length costs no memory.
struct Data {
  uint32_t stream = 0;
  // Into what the reader was given.
  std::string_view bytes;
  bool fin = false;  // with the last piece
};

using Frame =
    std::variant<SynStream, SynReply, RstStream, Ping, GoAway, MoreHeaders, Ignored, Data>;

struct FrameLimits {
  // Of a control frame behind its head; SYN_STREAM is the longest.
  size_t control_frame = 32 << 10;
  // Of a header block, inflated.
  size_t header_block = 64 << 10;
};

// The longest data frame that its 24 bits of length allow.
inline constexpr size_t kLongestData = (1U << 24) - 1;

}  // namespace crimux::vm::spdy
