#include "proxy/runtime/client_call.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/http2/grpc_texts.h"

namespace crimux::proxy {
namespace {

using grpc::StatusCode;

// What is read already stays in front of what isn't, up to as many bytes.
constexpr size_t kMostRead = 64 << 10;

constexpr std::string_view kUserAgent = "crimux/" CRIMUX_VERSION;

CallEnd Lost(const std::string& reason) {
  return {.status = {StatusCode::UNAVAILABLE, reason}, .is_lost = true};
}

}  // namespace

ClientCall::ClientCall(Loop& loop, Channel& channel, const std::string& path,
                       const RuntimeRequest& request, Listener& listener)
    : loop_(loop), path_(path), request_(request), listener_(listener) {
  if (request_.deadline != Deadline::max()) {
    expiry_ = Timer(loop_, request_.deadline, [this] { Expire(); });
    if (request_.deadline <= Deadline::clock::now()) return;
  }
  channel.Await(*this);
}

void ClientCall::Connected(http2::Connection* connection, const std::string& reason) {
  if (has_ended_) return;
  if (connection == nullptr) return End(Lost(reason));
  Open(*connection);
}

void ClientCall::Open(http2::Connection& connection) {
  std::string timeout;
  http2::HeaderList headers;
  headers.Add(":method", "POST");
  headers.Add(":scheme", "http");
  headers.Add(":path", path_);
  headers.Add(":authority", "localhost");
  headers.Add("content-type", "application/grpc");
  headers.Add("te", "trailers");
  headers.Add("user-agent", kUserAgent);
  if (request_.deadline != Deadline::max()) {
    timeout = http2::FormatTimeout(request_.deadline - Deadline::clock::now());
    headers.Add("grpc-timeout", timeout);
  }
  for (const auto& [name, value] : request_.metadata) headers.Add(name, value);
  if (!connection.Request(*this, headers)) {
    soon_ = Timer(loop_, {}, [this] { End(Lost("the connection is going away")); });
    return;
  }
  Send(request_.message);
  Finish();
}

void ClientCall::OnHeader(std::string_view name, std::string_view value) {
  if (name == ":status") {
    http_status_ = value;
  } else if (name == "grpc-status") {
    grpc_status_ = value;
  } else if (name == "grpc-message") {
    grpc_message_ = value;
  } else if (name == "grpc-status-details-bin") {
    grpc_details_ = value;
  } else if (http2::IsPassedOn(name)) {
    block_.emplace_back(name, value);
  }
}

void ClientCall::OnHeaders() {
  bool is_last = has_initial_ || !grpc_status_.empty();
  has_initial_ = true;
  (is_last ? end_.trailing_metadata : end_.initial_metadata) = std::exchange(block_, {});
}

void ClientCall::OnData(std::string_view bytes) {
  if (is_closed_ || has_ended_) return Consume(bytes.size());
  bool reads = is_wanted_ && unread_.empty();
  unread_.append(bytes.substr(reads ? Read(bytes) : 0));
  if (reads) Deliver();
}

size_t ClientCall::Read(std::string_view bytes) {
  size_t taken = reader_.Take(bytes);
  Consume(taken);
  return taken;
}

void ClientCall::Deliver() {
  if (reader_.IsTooLarge()) {
    return End({.status = {StatusCode::RESOURCE_EXHAUSTED,
                           fmt::format("the runtime's answer has {} bytes, more than {}",
                                       reader_.length(), kMaxMessageBytes)}});
  }
  if (!reader_.IsWhole()) return EndIfAllRead();
  if (reader_.is_compressed()) {
    return End({.status = {StatusCode::INTERNAL,
                           "the runtime's answer is compressed, which nobody asked for"}});
  }
  is_wanted_ = false;
  listener_.HasMessage(reader_.Message());
}

void ClientCall::Next() {
  is_wanted_ = true;
  bool waits = is_closed_ || !unread_.empty();
  if (waits) soon_ = Timer(loop_, {}, [this] { ReadMore(); });
}

void ClientCall::ReadMore() {
  if (has_ended_) return;
  unread_at_ += Read(std::string_view(unread_).substr(unread_at_));
  if (unread_at_ == unread_.size() || unread_at_ > kMostRead) {
    unread_.erase(0, unread_at_);
    unread_at_ = 0;
  }
  Deliver();
}

void ClientCall::OnClose(uint32_t error_code) {
  if (std::exchange(is_closed_, true) || has_ended_) return;
  end_.status = StatusOf(error_code);
  end_.is_lost = grpc_status_.empty() &&
                 (error_code == http2::kConnectionLost || error_code == NGHTTP2_REFUSED_STREAM);
  if (is_wanted_) EndIfAllRead();
}

grpc::Status ClientCall::StatusOf(uint32_t error_code) const {
  if (!grpc_status_.empty()) {
    return {http2::ParseStatusCode(grpc_status_), http2::DecodeMessage(grpc_message_),
            http2::DecodeBinary(grpc_details_).value_or("")};
  }
  if (error_code == http2::kConnectionLost) {
    return {StatusCode::UNAVAILABLE, "the connection was lost"};
  }
  if (error_code != NGHTTP2_NO_ERROR) {
    return {http2::CodeOfReset(error_code),
            fmt::format("the runtime ended the call: {}", nghttp2_http2_strerror(error_code))};
  }
  if (http_status_ != "200") {
    return {http2::CodeOfHttpStatus(http_status_),
            fmt::format("the runtime answered with HTTP status {}", http_status_)};
  }
  return {StatusCode::INTERNAL, "the runtime's answer ended without a status"};
}

void ClientCall::EndIfAllRead() {
  if (!is_closed_ || !unread_.empty()) return;
  if (end_.status.ok() && reader_.IsAmid()) {
    end_.status = {StatusCode::INTERNAL, "the runtime's answer breaks off"};
  }
  End(std::move(end_));
}

void ClientCall::Expire() {
  grpc::Status expired(StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded");
  if (is_wanted_) return End({.status = expired});
  // All has come, and only the listener is slow.
  if (std::exchange(is_closed_, true)) return;
  // It is told when it asks for the next message.
  end_.status = expired;
  unread_.clear();
  unread_at_ = 0;
  Reset(NGHTTP2_CANCEL);
}

void ClientCall::End(CallEnd end) {
  if (std::exchange(has_ended_, true)) return;
  expiry_.Cancel();
  Reset(NGHTTP2_CANCEL);
  listener_.HasEnded(std::move(end));
}

}  // namespace crimux::proxy
