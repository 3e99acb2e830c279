#include "proxy/runtime/remote_runtime.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <utility>

#include "proxy/runtime/client_call.h"
#include "proxy/runtime/remote_stream.h"
#include "proxy/runtime/remote_unary.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

constexpr std::chrono::seconds kVersionTimeout{10};

}  // namespace

RemoteRuntime::RemoteRuntime(Loop& loop, const RuntimeConfig& config)
    : loop_(loop),
      config_(config),
      channel_(loop, config.endpoint, [this](Channel::State state, const std::string& reason) {
        StateChanged(state, reason);
      }) {}

CallHandle RemoteRuntime::Start(RuntimeRequest request, AnswerCallback done) {
  return CallHandle(new Unary(*this, std::move(request), std::move(done)));
}

StreamHandle RemoteRuntime::StartStream(RuntimeRequest request, MessageCallback message,
                                        AnswerCallback ended) {
  return StreamHandle(new Stream(*this, std::move(request), std::move(message), std::move(ended)));
}

void RemoteRuntime::StateChanged(Channel::State state, const std::string& reason) {
  if (state == Channel::State::kUp) {
    spdlog::info("runtime {} ({}) is up", name(), endpoint());
    health_.state = RuntimeState::kUp;
    ++health_.connections;
    lacking_.clear();
    return AskVersion();
  }
  health_.last_error = fmt::format("the connection was lost or refused: {}", reason);
  if (health_.state == RuntimeState::kDown) return;
  spdlog::warn("runtime {} ({}) is down: {}", name(), endpoint(), reason);
  health_.state = RuntimeState::kDown;
  version_call_.reset();
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

RuntimeAnswer RemoteRuntime::AnswerOf(CallEnd end) const {
  RuntimeAnswer answer;
  bool is_away = end.status.error_code() == grpc::StatusCode::UNAVAILABLE &&
                 channel_.state() != Channel::State::kUp;
  answer.unreachable = end.is_lost || is_away;
  answer.status = std::move(end.status);
  if (answer.unreachable) {
    answer.status = {grpc::StatusCode::UNAVAILABLE,
                     fmt::format("runtime \"{}\" at {} cannot be reached: {}", name(), endpoint(),
                                 answer.status.error_message())};
  }
  answer.initial_metadata = std::move(end.initial_metadata);
  answer.trailing_metadata = std::move(end.trailing_metadata);
  return answer;
}

}  // namespace crimux::proxy
