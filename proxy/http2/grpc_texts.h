#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// What gRPC over HTTP/2 says in headers.
namespace crimux::proxy::http2 {

// "grpc-timeout": up to eight digits and a unit (H, M, S, m, u, n). Nothing for what is none. The
// longest ones are cut to a year.
std::optional<std::chrono::nanoseconds> ParseTimeout(std::string_view text);

// Never less than the time, and as exact as eight digits are. What is past is "0n".
std::string FormatTimeout(std::chrono::nanoseconds time);

// "grpc-message": what isn't printable ASCII, and "%", as %XX. What is no such escape stays.
std::string EncodeMessage(std::string_view text);
std::string DecodeMessage(std::string_view text);

// A "-bin" header's value; base64, padded or not. Nothing for what is none.
std::string EncodeBinary(std::string_view bytes);
std::optional<std::string> DecodeBinary(std::string_view text);

// "grpc-status"; UNKNOWN for what is no number of a code.
grpc::StatusCode ParseStatusCode(std::string_view text);

// For an answer of plain HTTP, which lacks a grpc-status.
grpc::StatusCode CodeOfHttpStatus(std::string_view http_status);

// For a stream that was reset by the other side with that code of HTTP/2, before its status.
grpc::StatusCode CodeOfReset(uint32_t error_code);

}  // namespace crimux::proxy::http2
