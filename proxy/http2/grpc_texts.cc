#include "proxy/http2/grpc_texts.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace crimux::proxy::http2 {
namespace {

using std::chrono::nanoseconds;

struct Unit {
  char letter;
  int64_t nanoseconds;
};

constexpr std::array<Unit, 6> kUnits = {{{'n', 1},
                                         {'u', 1'000},
                                         {'m', 1'000'000},
                                         {'S', 1'000'000'000},
                                         {'M', 60'000'000'000},
                                         {'H', 3'600'000'000'000}}};
constexpr int64_t kMostOfUnit = 99'999'999;
constexpr int64_t kYear = 365 * 24 * 3'600'000'000'000;

template <typename Number>
bool ParseNumber(std::string_view text, Number* number, int base = 10) {
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number, base);
  return error == std::errc() && end == text.data() + text.size();
}

bool IsPlain(char c) { return c >= ' ' && c <= '~' && c != '%'; }

}  // namespace

std::optional<nanoseconds> ParseTimeout(std::string_view text) {
  if (text.size() < 2 || text.size() > 9 || text.front() == '-') return std::nullopt;
  int64_t number = 0;
  if (!ParseNumber(text.substr(0, text.size() - 1), &number)) return std::nullopt;
  for (const Unit& unit : kUnits) {
    if (unit.letter != text.back()) continue;
    return nanoseconds(std::min(number, kYear / unit.nanoseconds) * unit.nanoseconds);
  }
  return std::nullopt;
}

std::string FormatTimeout(nanoseconds time) {
  int64_t left = std::clamp<int64_t>(time.count(), 0, kYear);
  for (const Unit& unit : kUnits) {
    int64_t number = (left + unit.nanoseconds - 1) / unit.nanoseconds;
    if (number <= kMostOfUnit) return fmt::format("{}{}", number, unit.letter);
  }
  return "8760H";
}

std::string EncodeMessage(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (char c : text) {
    if (IsPlain(c)) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<uint8_t>(c));
    }
  }
  return encoded;
}

std::string DecodeMessage(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (!text.empty()) {
    uint8_t byte = 0;
    bool is_escape =
        text[0] == '%' && text.size() >= 3 && ParseNumber(text.substr(1, 2), &byte, 16);
    decoded += is_escape ? static_cast<char>(byte) : text[0];
    text.remove_prefix(is_escape ? 3 : 1);
  }
  return decoded;
}

std::string EncodeBinary(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  int length = ::EVP_EncodeBlock(reinterpret_cast<uint8_t*>(text.data()),
                                 reinterpret_cast<const uint8_t*>(bytes.data()),
                                 static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(length));
  while (text.ends_with('=')) text.pop_back();
  return text;
}

std::optional<std::string> DecodeBinary(std::string_view text) {
  std::string padded(text);
  while (padded.ends_with('=')) padded.pop_back();
  size_t padding = (4 - padded.size() % 4) % 4;
  if (padding == 3) return std::nullopt;
  padded.append(padding, '=');
  std::string bytes(padded.size() / 4 * 3, '\0');
  int length = ::EVP_DecodeBlock(reinterpret_cast<uint8_t*>(bytes.data()),
                                 reinterpret_cast<const uint8_t*>(padded.data()),
                                 static_cast<int>(padded.size()));
  if (length < 0) return std::nullopt;
  bytes.resize(static_cast<size_t>(length) - padding);
  return bytes;
}

grpc::StatusCode ParseStatusCode(std::string_view text) {
  uint32_t code = 0;
  if (!ParseNumber(text, &code) || code > grpc::StatusCode::UNAUTHENTICATED) {
    return grpc::StatusCode::UNKNOWN;
  }
  return static_cast<grpc::StatusCode>(code);
}

grpc::StatusCode CodeOfHttpStatus(std::string_view http_status) {
  if (http_status == "400") return grpc::StatusCode::INTERNAL;
  if (http_status == "401") return grpc::StatusCode::UNAUTHENTICATED;
  if (http_status == "403") return grpc::StatusCode::PERMISSION_DENIED;
  if (http_status == "404") return grpc::StatusCode::UNIMPLEMENTED;
  constexpr std::array<std::string_view, 4> kUnavailable = {"429", "502", "503", "504"};
  for (std::string_view unavailable : kUnavailable) {
    if (http_status == unavailable) return grpc::StatusCode::UNAVAILABLE;
  }
  return grpc::StatusCode::UNKNOWN;
}

grpc::StatusCode CodeOfReset(uint32_t error_code) {
  switch (error_code) {
    case NGHTTP2_REFUSED_STREAM:
      return grpc::StatusCode::UNAVAILABLE;
    case NGHTTP2_CANCEL:
      return grpc::StatusCode::CANCELLED;
    case NGHTTP2_ENHANCE_YOUR_CALM:
      return grpc::StatusCode::RESOURCE_EXHAUSTED;
    case NGHTTP2_INADEQUATE_SECURITY:
      return grpc::StatusCode::PERMISSION_DENIED;
    default:
      return grpc::StatusCode::INTERNAL;
  }
}

}  // namespace crimux::proxy::http2
