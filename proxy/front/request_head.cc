#include "proxy/front/request_head.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include "proxy/http2/grpc_texts.h"

namespace crimux::proxy {
namespace {

// Twice what gRPC's C++ servers take.
constexpr size_t kMostBytes = 16 << 10;
// SETTINGS_MAX_HEADER_LIST_SIZE of RFC 9113: for each header, beside its name and value.
constexpr size_t kOverhead = 32;

// application/grpc, application/grpc+proto, application/grpc; …
bool IsGrpc(std::string_view content_type) {
  constexpr std::string_view kGrpc = "application/grpc";
  if (!content_type.starts_with(kGrpc)) return false;
  std::string_view rest = content_type.substr(kGrpc.size());
  return rest.empty() || rest.front() == '+' || rest.front() == ';';
}

bool IsSound(std::string_view name, std::string_view value) {
  auto bytes = [](std::string_view text) { return reinterpret_cast<const uint8_t*>(text.data()); };
  return nghttp2_check_header_name(bytes(name), name.size()) != 0 &&
         nghttp2_check_header_value(bytes(value), value.size()) != 0;
}

}  // namespace

void RequestHead::Add(std::string_view name, std::string_view value) {
  bytes += name.size() + value.size() + kOverhead;
  if (bytes > kMostBytes) return;
  if (name == ":path") {
    path = value;
  } else if (name == ":method") {
    http_method = value;
  } else if (name == "content-type") {
    content_type = value;
  } else if (name == "grpc-timeout") {
    timeout = value;
  } else if (name == "grpc-encoding") {
    encoding = value;
  } else if (http2::IsPassedOn(name)) {
    if (!IsSound(name, value)) is_malformed = true;
    metadata.emplace_back(name, value);
  }
}

std::optional<std::string_view> RequestHead::Refusal() const {
  if (http_method != "POST") return "405";
  if (!IsGrpc(content_type)) return "415";
  return std::nullopt;
}

grpc::Status RequestHead::Check() const {
  if (bytes > kMostBytes) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED,
            fmt::format("the call's metadata has {} bytes, more than {}", bytes, kMostBytes)};
  }
  if (is_malformed) return {grpc::StatusCode::INTERNAL, "the call's metadata is malformed"};
  if (!timeout.empty() && !http2::ParseTimeout(timeout)) {
    return {grpc::StatusCode::INTERNAL, fmt::format("\"{}\" is no grpc-timeout", timeout)};
  }
  return grpc::Status::OK;
}

Deadline RequestHead::DeadlineFromNow() const {
  auto time = http2::ParseTimeout(timeout);
  if (!time) return Deadline::max();
  return Deadline::clock::now() + std::chrono::duration_cast<Deadline::duration>(*time);
}

}  // namespace crimux::proxy
