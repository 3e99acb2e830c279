#include "proxy/runtime/remote_runtime.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "proxy/runtime/channel.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

constexpr std::chrono::seconds kVersionTimeout{10};

grpc::Status CheckMessage(const grpc::Status& status, const grpc::ByteBuffer& message) {
  if (!status.ok()) return status;
  if (!message.Valid()) {
    return {grpc::StatusCode::INTERNAL, "the runtime answered OK without a message"};
  }
  if (message.Length() > static_cast<size_t>(kMaxMessageBytes)) {
    return {grpc::StatusCode::RESOURCE_EXHAUSTED,
            fmt::format("the runtime's answer has {} bytes, more than {}", message.Length(),
                        kMaxMessageBytes)};
  }
  return status;
}

}  // namespace

// One call on the wire. It lives until the queue has handed it back and its handle is gone.
class RemoteRuntime::Unary final : public PendingCall, private Tag {
 public:
  Unary(RemoteRuntime& runtime, RuntimeRequest request, AnswerCallback done)
      : runtime_(&runtime), done_(std::move(done)) {
    if (request.deadline != Deadline::max()) context_.set_deadline(request.deadline);
    for (const auto& [key, value] : request.metadata) context_.AddMetadata(key, value);
    reader_ = runtime.stub_.PrepareUnaryCall(&context_, request.method->path, request.message,
                                             runtime.loop_.queue());
    reader_->StartCall();
    reader_->Finish(&message_, &status_, static_cast<Tag*>(this));
  }

  void Abandon() override {
    if (finished_) {
      delete this;
      return;
    }
    abandoned_ = true;
    context_.TryCancel();
  }

 private:
  void Done(bool /*ok*/) override {
    finished_ = true;
    if (abandoned_) {
      delete this;
      return;
    }
    // `done` may delete this object.
    AnswerCallback done = std::move(done_);
    done(Answer());
  }

  RuntimeAnswer Answer() {
    RuntimeAnswer answer;
    answer.status = CheckMessage(status_, message_);
    answer.unreachable = status_.error_code() == grpc::StatusCode::UNAVAILABLE &&
                         runtime_->channel_->GetState(false) != GRPC_CHANNEL_READY;
    if (answer.unreachable) answer.status = runtime_->Unreachable(status_);
    if (answer.status.ok()) answer.message.Swap(&message_);
    answer.initial_metadata = PassOn(context_.GetServerInitialMetadata());
    answer.trailing_metadata = PassOn(context_.GetServerTrailingMetadata());
    return answer;
  }

  RemoteRuntime* runtime_;
  AnswerCallback done_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
  grpc::ByteBuffer message_;
  grpc::Status status_;
  bool finished_ = false;
  bool abandoned_ = false;
};

// Follows the channel's state. It lives until the channel is gone, and then until the queue hands
// it back.
class RemoteRuntime::Watch final : private Tag {
 public:
  explicit Watch(RemoteRuntime& runtime) : runtime_(&runtime) { Wait(GRPC_CHANNEL_IDLE); }

  void Forget() { runtime_ = nullptr; }

 private:
  void Wait(grpc_connectivity_state last) {
    runtime_->channel_->NotifyOnStateChange(last, Deadline::clock::now() + std::chrono::hours(24),
                                            runtime_->loop_.queue(), static_cast<Tag*>(this));
    // Asked only after the watch is set: what changes in between is not missed.
    (void)runtime_->channel_->GetState(true);
  }

  void Done(bool /*ok*/) override {
    if (runtime_ == nullptr) {
      delete this;
      return;
    }
    grpc_connectivity_state now = runtime_->channel_->GetState(true);
    runtime_->StateChanged(now);
    Wait(now);
  }

  RemoteRuntime* runtime_;
};

RemoteRuntime::RemoteRuntime(Loop& loop, const RuntimeConfig& config)
    : loop_(loop),
      config_(config),
      channel_(MakeChannel(config.endpoint)),
      stub_(channel_),
      watch_(new Watch(*this)) {}

RemoteRuntime::~RemoteRuntime() { watch_->Forget(); }

CallHandle RemoteRuntime::Start(RuntimeRequest request, AnswerCallback done) {
  return CallHandle(new Unary(*this, std::move(request), std::move(done)));
}

void RemoteRuntime::StateChanged(grpc_connectivity_state state) {
  if (state == GRPC_CHANNEL_READY && health_.state != RuntimeState::kUp) {
    spdlog::info("runtime {} ({}) is up", name(), endpoint());
    health_.state = RuntimeState::kUp;
    AskVersion();
  }
  bool lost = state == GRPC_CHANNEL_TRANSIENT_FAILURE || state == GRPC_CHANNEL_IDLE;
  if (lost && health_.state != RuntimeState::kDown) {
    spdlog::warn("runtime {} ({}) is down", name(), endpoint());
    health_.state = RuntimeState::kDown;
    health_.last_error = "the connection was lost or refused";
    version_call_.reset();
  }
}

void RemoteRuntime::AskVersion() {
  RuntimeRequest request;
  request.method = &MethodNamed("Version");
  request.message = ToBuffer("");
  request.deadline = Deadline::clock::now() + kVersionTimeout;
  version_call_ =
      Start(std::move(request), [this](const RuntimeAnswer& answer) { TakeVersion(answer); });
}

void RemoteRuntime::TakeVersion(const RuntimeAnswer& answer) {
  version_call_.reset();
  if (!answer.status.ok()) {
    health_.last_error = answer.status.error_message();
    return;
  }
  Flat flat(answer.message);
  health_.version = fmt::format("{} {}", FindBytes(flat.view(), {2}), FindBytes(flat.view(), {3}));
}

grpc::Status RemoteRuntime::Unreachable(const grpc::Status& cause) const {
  return {grpc::StatusCode::UNAVAILABLE, fmt::format("runtime \"{}\" at {} cannot be reached: {}",
                                                     name(), endpoint(), cause.error_message())};
}

}  // namespace crimux::proxy
