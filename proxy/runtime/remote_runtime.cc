#include "proxy/runtime/remote_runtime.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "proxy/runtime/channel.h"
#include "proxy/runtime/remote_stream.h"
#include "proxy/runtime/remote_unary.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

constexpr std::chrono::seconds kVersionTimeout{10};

}  // namespace

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

StreamHandle RemoteRuntime::StartStream(RuntimeRequest request, MessageCallback message,
                                        AnswerCallback ended) {
  return StreamHandle(new Stream(*this, std::move(request), std::move(message), std::move(ended)));
}

void RemoteRuntime::StateChanged(grpc_connectivity_state state) {
  if (state == GRPC_CHANNEL_READY && health_.state != RuntimeState::kUp) {
    spdlog::info("runtime {} ({}) is up", name(), endpoint());
    health_.state = RuntimeState::kUp;
    ++health_.connections;
    lacking_.clear();
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

void RemoteRuntime::Speak(Api api) {
  spdlog::info("runtime {} ({}) speaks {}", name(), endpoint(), PackageOf(api));
  health_.api = api;
  lacking_.clear();
}

RuntimeAnswer RemoteRuntime::AnswerOf(const grpc::Status& status,
                                      const grpc::ClientContext& context) const {
  RuntimeAnswer answer;
  bool away = status.error_code() == grpc::StatusCode::UNAVAILABLE &&
              channel_->GetState(false) != GRPC_CHANNEL_READY;
  answer.unreachable = away || IsConnectionLost(status, context);
  answer.status = status;
  if (answer.unreachable) {
    answer.status = {grpc::StatusCode::UNAVAILABLE,
                     fmt::format("runtime \"{}\" at {} cannot be reached: {}", name(), endpoint(),
                                 status.error_message())};
  }
  answer.initial_metadata = PassOn(context.GetServerInitialMetadata());
  answer.trailing_metadata = PassOn(context.GetServerTrailingMetadata());
  return answer;
}

}  // namespace crimux::proxy
