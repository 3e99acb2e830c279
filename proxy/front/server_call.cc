#include "proxy/front/server_call.h"

#include <fmt/format.h>

#include <utility>

#include "base/error.h"
#include "proxy/dispatch/dispatcher.h"
#include "proxy/front/front.h"
#include "proxy/http2/inflate.h"
#include "proxy/http2/status_trailers.h"

namespace crimux::proxy {

void ServerCall::OnHeader(std::string_view name, std::string_view value) {
  // What comes after the request says nothing.
  if (!has_head_) head_.Add(name, value);
}

void ServerCall::OnHeaders() {
  if (std::exchange(has_head_, true)) return;
  if (auto refusal = head_.Refusal()) return RefuseHttp(*refusal);
  Begin();
}

void ServerCall::Begin() {
  method_ = FindMethod(head_.path);
  front_.Began(booked_, method_);
  is_booked_ = true;
  grpc::Status status = head_.Check();
  if (!status.ok()) return Fail(status);
  deadline_ = head_.DeadlineFromNow();
  if (method_ == nullptr) {
    Fail({grpc::StatusCode::UNIMPLEMENTED,
          fmt::format("crimux does not know the method {}", head_.path)});
  }
}

void ServerCall::OnData(std::string_view bytes) {
  Consume(bytes.size());
  if (state_ != State::kReading) return;
  reader_.Take(bytes);
  if (reader_.IsTooLarge()) {
    return Fail(
        {grpc::StatusCode::RESOURCE_EXHAUSTED, fmt::format("the request has {} bytes, more than {}",
                                                           reader_.length(), kMaxMessageBytes)});
  }
  if (reader_.IsWhole()) TakeMessage();
}

void ServerCall::TakeMessage() {
  grpc::Status status = Inflated();
  if (!status.ok()) return Fail(status);
  state_ = State::kWorking;
  try {
    operation_ = StartOperation(*this, front_.backends());
  } catch (...) {
    Fail(CurrentExceptionStatus());
  }
}

grpc::Status ServerCall::Inflated() {
  bool is_compressed = reader_.is_compressed();
  request_ = reader_.Message();
  if (!is_compressed) return grpc::Status::OK;
  if (!http2::IsKnownEncoding(head_.encoding)) {
    return {grpc::StatusCode::UNIMPLEMENTED,
            fmt::format("requests compressed by \"{}\" can't be read", head_.encoding)};
  }
  return http2::Inflate(kMaxMessageBytes, &request_);
}

void ServerCall::OnEnd() {
  if (state_ != State::kReading) return;
  Fail({grpc::StatusCode::INVALID_ARGUMENT, "the call came without a request"});
}

void ServerCall::SetRuntime(const std::string& name) { front_.WentTo(booked_, name); }

Api ServerCall::api() const { return head_.path == method_->path ? Api::kV1 : Api::kV1Alpha2; }

void ServerCall::Send(grpc::ByteBuffer message, SentCallback sent) {
  if (state_ == State::kAnswered) return;
  if (message.Length() > kMaxMessageBytes) return FailTooLarge(message.Length());
  if (!has_sent_headers_) SendHeaders({});
  sent_ = std::move(sent);
  Stream::Send(message);
}

void ServerCall::OnTaken() {
  if (auto sent = std::exchange(sent_, nullptr)) sent();
}

void ServerCall::Reply(RuntimeAnswer answer) {
  if (state_ == State::kAnswered) return;
  bool has_message = answer.status.ok() && method_ != nullptr && !method_->IsStream();
  if (!has_message) return Answer(answer, nullptr);
  if (answer.message.Length() > kMaxMessageBytes) return FailTooLarge(answer.message.Length());
  Answer(answer, &answer.message);
}

void ServerCall::Answer(const RuntimeAnswer& answer, const grpc::ByteBuffer* message) {
  state_ = State::kAnswered;
  sent_ = nullptr;
  front_.Ended(booked_, answer.status.error_code(), head_.path);
  Metadata trailers = http2::TrailersOf(answer.status, answer.trailing_metadata);
  bool is_all = message == nullptr && !has_sent_headers_ && answer.initial_metadata.empty();
  if (is_all) {
    http2::HeaderList headers = http2::AnswerHeaders();
    for (const auto& [name, value] : trailers) headers.Add(name, value);
    return Respond(headers, /*more=*/false);
  }
  if (!has_sent_headers_) SendHeaders(answer.initial_metadata);
  if (message != nullptr) Stream::Send(*message);
  Finish(std::move(trailers));
}

void ServerCall::SendHeaders(const Metadata& metadata) {
  has_sent_headers_ = true;
  http2::HeaderList headers = http2::AnswerHeaders();
  for (const auto& [name, value] : metadata) headers.Add(name, value);
  Respond(headers, /*more=*/true);
}

void ServerCall::RefuseHttp(std::string_view http_status) {
  state_ = State::kAnswered;
  http2::HeaderList headers;
  headers.Add(":status", http_status);
  Respond(headers, /*more=*/false);
}

void ServerCall::FailTooLarge(size_t bytes) {
  Fail({grpc::StatusCode::RESOURCE_EXHAUSTED,
        fmt::format("the answer has {} bytes, more than the {} that a client takes", bytes,
                    kMaxMessageBytes)});
}

void ServerCall::OnClose(uint32_t /*error_code*/) {
  operation_.reset();
  if (is_booked_ && state_ != State::kAnswered) {
    front_.Ended(booked_, grpc::StatusCode::CANCELLED, head_.path);
  }
  delete this;
}

}  // namespace crimux::proxy
