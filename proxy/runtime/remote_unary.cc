#include "proxy/runtime/remote_unary.h"

#include <fmt/format.h>

#include "proxy/runtime/channel.h"

namespace crimux::proxy {
namespace {

grpc::Status CheckMessage(const grpc::Status& status, const grpc::ByteBuffer& message) {
  if (!status.ok()) return status;
  if (!message.Valid()) {
    return {grpc::StatusCode::INTERNAL, "the runtime answered OK without a message"};
  }
  return CheckSize(message);
}

}  // namespace

RemoteRuntime::Unary::Unary(RemoteRuntime& runtime, RuntimeRequest request, AnswerCallback done,
                            std::optional<Api> only)
    : runtime_(runtime),
      request_(std::move(request)),
      done_(std::move(done)),
      is_settled_(only.has_value()) {
  Send(only.value_or(runtime.health_.api));
}

void RemoteRuntime::Unary::Abandon() {
  if (!in_flight_) {
    delete this;
    return;
  }
  abandoned_ = true;
  context_->TryCancel();
}

void RemoteRuntime::Unary::Send(Api api) {
  api_ = api;
  reader_.reset();
  context_.emplace();
  if (request_.deadline != Deadline::max()) context_->set_deadline(request_.deadline);
  for (const auto& [key, value] : request_.metadata) context_->AddMetadata(key, value);
  in_flight_ = true;
  reader_ = runtime_.stub_.PrepareUnaryCall(&*context_, request_.method->PathIn(api),
                                            request_.message, runtime_.loop_.queue());
  reader_->StartCall();
  reader_->Finish(&message_, &status_, static_cast<Tag*>(this));
}

void RemoteRuntime::Unary::Done(bool /*ok*/) {
  in_flight_ = false;
  if (abandoned_) {
    delete this;
    return;
  }
  if (is_settled_ || status_.error_code() != grpc::StatusCode::UNIMPLEMENTED) return End();
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
  RuntimeAnswer answer = runtime_.AnswerOf(CheckMessage(status_, message_), *context_);
  if (answer.status.ok()) answer.message.Swap(&message_);
  // `done` may delete this object.
  AnswerCallback done = std::move(done_);
  done(std::move(answer));
}

}  // namespace crimux::proxy
