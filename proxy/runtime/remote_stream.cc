#include "proxy/runtime/remote_stream.h"

#include <utility>

#include "proxy/runtime/channel.h"

namespace crimux::proxy {

RemoteRuntime::Stream::Stream(RemoteRuntime& runtime, RuntimeRequest request,
                              MessageCallback message, AnswerCallback ended)
    : runtime_(runtime),
      request_(std::move(request)),
      message_callback_(std::move(message)),
      ended_(std::move(ended)) {
  Send();
}

void RemoteRuntime::Stream::Abandon() {
  if (state_ == State::kIdle) {
    // Without its context gRPC calls off what the runtime may still be at.
    delete this;
    return;
  }
  abandoned_ = true;
  context_->TryCancel();
}

void RemoteRuntime::Stream::Next() { Read(); }

void RemoteRuntime::Stream::Send() {
  api_ = runtime_.health_.api;
  stream_.reset();
  context_.emplace();
  if (request_.deadline != Deadline::max()) context_->set_deadline(request_.deadline);
  for (const auto& [key, value] : request_.metadata) context_->AddMetadata(key, value);
  // Metadata, request and the end of requests go out as one.
  context_->set_initial_metadata_corked(true);
  state_ = State::kSending;
  stream_ =
      runtime_.stub_.PrepareCall(&*context_, request_.method->PathIn(api_), runtime_.loop_.queue());
  stream_->StartCall(nullptr);
  stream_->WriteLast(request_.message, grpc::WriteOptions(), static_cast<Tag*>(this));
}

void RemoteRuntime::Stream::Done(bool ok) {
  State was = std::exchange(state_, State::kIdle);
  if (abandoned_) {
    delete this;
    return;
  }
  if (was == State::kFinishing) return Finished();
  if (!ok) return Finish();
  if (was == State::kSending) return Read();
  Deliver();
}

void RemoteRuntime::Stream::Read() {
  state_ = State::kReading;
  message_.Clear();
  stream_->Read(&message_, static_cast<Tag*>(this));
}

void RemoteRuntime::Stream::Deliver() {
  grpc::Status size = CheckSize(message_);
  if (!size.ok()) {
    context_->TryCancel();
    return End(size);
  }
  has_messages_ = true;
  grpc::ByteBuffer message;
  message.Swap(&message_);
  // The callback may delete this object, and itself with it.
  MessageCallback callback = message_callback_;
  callback(std::move(message));
}

void RemoteRuntime::Stream::Finish() {
  state_ = State::kFinishing;
  stream_->Finish(&status_, static_cast<Tag*>(this));
}

void RemoteRuntime::Stream::Finished() {
  if (status_.error_code() != grpc::StatusCode::UNIMPLEMENTED || has_messages_) return End(status_);
  if (is_settled_) return Checked(false);
  is_settled_ = true;
  if (runtime_.health_.api != api_) return Send();
  check_ = std::make_unique<ApiCheck>(runtime_, api_, request_.deadline,
                                      [this](bool again) { Checked(again); });
}

void RemoteRuntime::Stream::Checked(bool again) {
  check_.reset();
  if (again) return Send();
  runtime_.lacking_.insert(request_.method);
  End(status_);
}

void RemoteRuntime::Stream::End(const grpc::Status& status) {
  RuntimeAnswer answer = runtime_.AnswerOf(status, *context_);
  // `ended` may delete this object.
  AnswerCallback ended = std::move(ended_);
  ended(std::move(answer));
}

}  // namespace crimux::proxy
