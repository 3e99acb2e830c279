#include "proxy/front/server_call.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "proxy/dispatch/dispatcher.h"
#include "proxy/front/front.h"
#include "proxy/runtime/channel.h"

namespace crimux::proxy {
namespace {

constexpr auto kMaxMessage = static_cast<size_t>(kMaxMessageBytes);

}  // namespace

void ServerCall::Arm(Front& front) { new ServerCall(front); }

ServerCall::ServerCall(Front& front) : front_(front) {
  context_.AsyncNotifyWhenDone(&static_cast<Tag&>(gone_));
  front.listener().RequestCall(&context_, &stream_, &static_cast<Tag&>(armed_));
}

void ServerCall::Armed(bool ok) {
  if (!ok) {
    // The server is shutting down; there will be no other event.
    delete this;
    return;
  }
  method_ = FindMethod(context_.method());
  front_.Began(booked_, method_);
  Arm(front_);
  if (method_ == nullptr) {
    return Finish({grpc::StatusCode::UNIMPLEMENTED,
                   fmt::format("crimux does not know the method {}", context_.method())});
  }
  reading_ = true;
  stream_.Read(&request_, &static_cast<Tag&>(read_));
}

void ServerCall::HasRead(bool ok) {
  reading_ = false;
  if (is_gone_) return Finish(grpc::Status::CANCELLED);
  if (!ok || !request_.Valid()) {
    return Finish({grpc::StatusCode::INVALID_ARGUMENT, "the call came without a request"});
  }
  Work();
}

void ServerCall::Work() {
  metadata_ = PassOn(context_.client_metadata());
  operation_ = StartOperation(*this, front_.backends());
}

void ServerCall::SetRuntime(const std::string& name) { front_.WentTo(booked_, name); }

Api ServerCall::api() const {
  return context_.method() == method_->path ? Api::kV1 : Api::kV1Alpha2;
}

void ServerCall::Send(grpc::ByteBuffer message, SentCallback sent) {
  if (finishing_) return;
  if (message.Length() > kMaxMessage) return FailTooLarge(message.Length());
  sent_ = std::move(sent);
  writing_ = true;
  stream_.Write(message, &static_cast<Tag&>(written_));
}

void ServerCall::Written(bool ok) {
  writing_ = false;
  if (finishing_) return stream_.Finish(final_status_, &static_cast<Tag&>(finished_));
  // When it failed the client has gone, which Gone tells.
  SentCallback sent = std::move(sent_);
  if (ok) sent();
}

void ServerCall::Reply(RuntimeAnswer answer) {
  if (finishing_) return;
  for (const auto& [key, value] : answer.initial_metadata) {
    context_.AddInitialMetadata(key, value);
  }
  for (const auto& [key, value] : answer.trailing_metadata) {
    context_.AddTrailingMetadata(key, value);
  }
  if (!answer.status.ok() || method_->IsStream()) return Finish(answer.status);
  if (answer.message.Length() > kMaxMessage) return FailTooLarge(answer.message.Length());
  finishing_ = true;
  front_.Ended(booked_, grpc::StatusCode::OK, context_.method());
  stream_.WriteAndFinish(answer.message, grpc::WriteOptions(), answer.status,
                         &static_cast<Tag&>(finished_));
}

void ServerCall::Finish(const grpc::Status& status) {
  finishing_ = true;
  front_.Ended(booked_, status.error_code(), context_.method());
  if (writing_) {
    final_status_ = status;
  } else {
    stream_.Finish(status, &static_cast<Tag&>(finished_));
  }
}

void ServerCall::FailTooLarge(size_t bytes) {
  Finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
          fmt::format("the answer has {} bytes, more than the {} that a client takes", bytes,
                      kMaxMessageBytes)});
}

void ServerCall::Finished(bool /*ok*/) {
  operation_.reset();
  is_finished_ = true;
  DeleteIfDone();
}

void ServerCall::Gone(bool /*ok*/) {
  is_gone_ = true;
  bool cancelled = context_.IsCancelled() && !finishing_ && !reading_;
  if (cancelled) {
    operation_.reset();
    Finish(grpc::Status::CANCELLED);
  }
  DeleteIfDone();
}

void ServerCall::DeleteIfDone() {
  if (!is_finished_ || !is_gone_) return;
  Front& front = front_;
  delete this;
  front.Deleted();
}

}  // namespace crimux::proxy
