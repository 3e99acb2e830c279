#include "proxy/dispatch/events.h"

#include <fmt/format.h>

#include <utility>

#include "proxy/dispatch/requests.h"

namespace crimux::proxy {

Events::Events(IncomingCall& call, Backends& backends)
    : call_(call), watch_(backends.watches, [this](const std::string& why) {
        Fail({grpc::StatusCode::UNAVAILABLE, why});
      }) {
  if (backends.stopping) {
    Fail({grpc::StatusCode::UNAVAILABLE, "crimux is stopping"});
    return;
  }
  // They stay where they are from here on: callbacks refer to them.
  sources_.reserve(backends.runtimes.size());
  for (const RuntimePtr& runtime : backends.runtimes) {
    Source& source = sources_.emplace_back(Source{.runtime = runtime});
    source.stream = runtime->StartStream(
        Forwarded(call, *runtime),
        [this, &source](grpc::ByteBuffer message) { Take(source, std::move(message)); },
        [this, &source](const RuntimeAnswer& answer) { End(source, answer); });
  }
}

void Events::Take(Source& source, grpc::ByteBuffer message) {
  source.has_messages = true;
  source.message = std::move(message);
  Pass();
}

void Events::Pass() {
  for (size_t i = 0; i < sources_.size() && !sending_; ++i) {
    Source& source = sources_[turn_];
    turn_ = (turn_ + 1) % sources_.size();
    if (!source.message) continue;
    grpc::ByteBuffer message = *std::exchange(source.message, std::nullopt);
    source.stream->Next();
    sending_ = true;
    call_.Send(std::move(message), [this] {
      sending_ = false;
      Pass();
    });
  }
}

void Events::End(const Source& source, const RuntimeAnswer& answer) {
  grpc::Status status = answer.status;
  const std::string& name = source.runtime->name();
  if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED && !source.has_messages) {
    status = {grpc::StatusCode::UNIMPLEMENTED,
              fmt::format("runtime \"{}\" sends no events: {}", name, status.error_message())};
  } else if (!answer.unreachable) {
    status = {grpc::StatusCode::UNAVAILABLE,
              fmt::format("runtime \"{}\" ended its events: {}", name,
                          status.ok() ? "it said OK" : status.error_message())};
  }
  Fail(status);
}

void Events::Fail(const grpc::Status& status) {
  // Calls off all streams. A message that the client hasn't taken yet would hold up the end.
  for (Source& each : sources_) each.stream.reset();
  call_.Fail(status);
}

}  // namespace crimux::proxy
