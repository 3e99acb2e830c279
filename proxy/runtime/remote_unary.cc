#include "proxy/runtime/remote_unary.h"

#include <utility>

namespace crimux::proxy {

RemoteRuntime::Unary::Unary(RemoteRuntime& runtime, RuntimeRequest request, AnswerCallback done,
                            std::optional<Api> only)
    : runtime_(runtime),
      request_(std::move(request)),
      done_(std::move(done)),
      is_settled_(only.has_value()) {
  Send(only.value_or(runtime.health_.api));
}

void RemoteRuntime::Unary::Send(Api api) {
  api_ = api;
  call_.emplace(runtime_.loop_, runtime_.channel_, request_.method->PathIn(api), request_, *this);
}

void RemoteRuntime::Unary::HasMessage(grpc::ByteBuffer message) {
  // There is only one.
  if (!message_.Valid()) message_.Swap(&message);
  call_->Next();
}

void RemoteRuntime::Unary::HasEnded(CallEnd end) {
  end_ = std::move(end);
  if (is_settled_ || end_.status.error_code() != grpc::StatusCode::UNIMPLEMENTED) return End();
  is_settled_ = true;
  if (runtime_.health_.api != api_) return Send(runtime_.health_.api);
  check_ = std::make_unique<ApiCheck>(runtime_, api_, request_.deadline,
                                      [this](bool again) { Checked(again); });
}

void RemoteRuntime::Unary::Checked(bool again) {
  check_.reset();
  if (!again) return End();
  Send(runtime_.health_.api);
}

void RemoteRuntime::Unary::End() {
  if (end_.status.ok() && !message_.Valid()) {
    end_.status = {grpc::StatusCode::INTERNAL, "the runtime answered OK without a message"};
  }
  RuntimeAnswer answer = runtime_.AnswerOf(std::move(end_));
  if (answer.status.ok()) answer.message.Swap(&message_);
  // `done` may delete this object.
  AnswerCallback done = std::move(done_);
  done(std::move(answer));
}

}  // namespace crimux::proxy
