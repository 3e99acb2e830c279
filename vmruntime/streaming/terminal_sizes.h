#pragma once

#include <string_view>

#include <boost/json/stream_parser.hpp>

#include "vmruntime/streaming/handlers.h"

namespace crimux::vm::streaming {

// Takes sizes out of a stream of JSON objects, {"Width":80,"Height":24}, one after the other,
// wherever it is cut. Throws Error (INVALID_ARGUMENT) for anything else.
class TerminalSizeParser {
 public:
  // The last size that is complete in `bytes`; nullopt: none.
  std::optional<TerminalSize> Parse(std::string_view bytes);

 private:
  std::optional<TerminalSize> ParseOne(std::string_view* bytes);

  boost::json::stream_parser parser_;
  size_t length_ = 0;  // of the object that is not complete
};

// The sizes of a resize stream. What can't be read ends them; it doesn't end the session.
class StreamedTerminalSizes final : public TerminalSizes {
 public:
  explicit StreamedTerminalSizes(InputStream& stream) : stream_(stream) {}

  Awaitable<std::optional<TerminalSize>> Next() override;

 private:
  Awaitable<std::optional<TerminalSize>> Read();

  InputStream& stream_;
  TerminalSizeParser parser_;
  std::optional<TerminalSize> last_;
};

}  // namespace crimux::vm::streaming
