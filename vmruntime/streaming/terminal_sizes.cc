#include "vmruntime/streaming/terminal_sizes.h"

#include <algorithm>
#include <limits>

#include <boost/json/value.hpp>

#include "base/error.h"

namespace crimux::vm::streaming {
namespace {

namespace json = boost::json;

constexpr size_t kLongest = 1024;

Error Bad(std::string_view cause) {
  return {grpc::INVALID_ARGUMENT, "read", "terminal size", cause};
}

uint16_t Number(const json::object& size, std::string_view name) {
  const json::value* value = size.if_contains(name);
  if (value == nullptr || !value->is_int64()) throw Bad("a number is missing");
  int64_t number = value->as_int64();
  if (number < 0 || number > std::numeric_limits<uint16_t>::max()) throw Bad("it is out of range");
  return static_cast<uint16_t>(number);
}

TerminalSize FromJson(const json::value& value) {
  if (!value.is_object()) throw Bad("it is no JSON object");
  return {.width = Number(value.as_object(), "Width"),
          .height = Number(value.as_object(), "Height")};
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::optional<TerminalSize> TerminalSizeParser::Parse(std::string_view bytes) {
  std::optional<TerminalSize> last;
  while (!bytes.empty()) {
    if (auto size = ParseOne(&bytes)) last = size;
  }
  return last;
}

std::optional<TerminalSize> TerminalSizeParser::ParseOne(std::string_view* bytes) {
  bool between_objects = length_ == 0;
  if (between_objects) {
    bytes->remove_prefix(static_cast<size_t>(
        std::find_if_not(bytes->begin(), bytes->end(), IsSpace) - bytes->begin()));
  }
  boost::system::error_code error;
  std::string_view piece = bytes->substr(0, kLongest - length_);
  size_t taken = parser_.write_some(piece.data(), piece.size(), error);
  if (error) throw Bad(error.message());
  bytes->remove_prefix(taken);
  length_ += taken;
  if (!parser_.done()) {
    if (length_ >= kLongest) throw Bad("it is too long");
    return std::nullopt;
  }
  json::value value = parser_.release();
  parser_.reset();
  length_ = 0;
  return FromJson(value);
}

Awaitable<std::optional<TerminalSize>> StreamedTerminalSizes::Next() {
  for (;;) {
    std::optional<TerminalSize> size = co_await Read();
    if (size && size == last_) continue;
    if (size) last_ = size;
    co_return size;
  }
}

Awaitable<std::optional<TerminalSize>> StreamedTerminalSizes::Read() {
  try {
    for (;;) {
      std::string bytes = co_await stream_.Read();
      if (bytes.empty()) co_return std::nullopt;
      if (auto size = parser_.Parse(bytes)) co_return size;
    }
  } catch (const Error&) {
    co_return std::nullopt;
  }
}

}  // namespace crimux::vm::streaming
