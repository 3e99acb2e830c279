#include "proxy/runtime/remote_stream.h"

#include <utility>

namespace crimux::proxy {

RemoteRuntime::Stream::Stream(RemoteRuntime& runtime, RuntimeRequest request,
                              MessageCallback message, AnswerCallback ended)
    : runtime_(runtime),
      request_(std::move(request)),
      message_callback_(std::move(message)),
      ended_(std::move(ended)) {
  Send();
}

void RemoteRuntime::Stream::Send() {
  api_ = runtime_.health_.api;
  call_.emplace(runtime_.loop_, runtime_.channel_, request_.method->PathIn(api_), request_, *this);
}

void RemoteRuntime::Stream::HasMessage(grpc::ByteBuffer message) {
  has_messages_ = true;
  // The callback may delete this object, and itself with it.
  MessageCallback callback = message_callback_;
  callback(std::move(message));
}

void RemoteRuntime::Stream::HasEnded(CallEnd end) {
  end_ = std::move(end);
  bool lacks = end_.status.error_code() == grpc::StatusCode::UNIMPLEMENTED && !has_messages_;
  if (!lacks) return End();
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
  End();
}

void RemoteRuntime::Stream::End() {
  RuntimeAnswer answer = runtime_.AnswerOf(std::move(end_));
  // `ended` may delete this object.
  AnswerCallback ended = std::move(ended_);
  ended(std::move(answer));
}

}  // namespace crimux::proxy
