#include <condition_variable>
#include <mutex>
#include <stdexcept>

#include "base/error.h"
#include "tests/fakes/fake_runtime.h"
#include "tests/fakes/split_path.h"

namespace crimux {
namespace {

// True when the caller went away before the time was over.
bool SleepUnlessCancelled(std::chrono::milliseconds time, const CallContext& context) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, context.cancelled, time, [] { return false; });
  return context.cancelled.stop_requested();
}

FakeCall CallOf(std::string_view path, const CallContext& context,
                const grpc::ByteBuffer& request) {
  FakeCall call;
  SplitPath(std::string(path), &call.package, &call.method);
  call.request = BytesOf(request);
  call.deadline = context.deadline;
  return call;
}

grpc::Status NoteCancelled(FakeCri& cri, const FakeCall& call) {
  cri.NoteCancelled(call.method);
  return grpc::Status::CANCELLED;
}

proxy::EmbeddedHandler Calls(FakeCri& cri) {
  return [&cri](std::string_view path, const CallContext& context, const grpc::ByteBuffer& request,
                grpc::ByteBuffer* response) -> grpc::Status {
    FakeCall call = CallOf(path, context, request);
    FakeAnswer answer = cri.Handle(call);
    std::chrono::milliseconds time = answer.holds ? std::chrono::hours(1) : answer.delay;
    if (SleepUnlessCancelled(time, context)) return NoteCancelled(cri, call);
    if (!answer.messages.empty()) *response = BufferOf(answer.messages.front());
    return answer.status;
  };
}

proxy::EmbeddedStreamHandler Streams(FakeCri& cri) {
  return [&cri](std::string_view path, const CallContext& context, const grpc::ByteBuffer& request,
                const proxy::EmbeddedWriter& write) -> grpc::Status {
    FakeCall call = CallOf(path, context, request);
    FakeAnswer answer = cri.Handle(call);
    if (SleepUnlessCancelled(answer.delay, context)) return NoteCancelled(cri, call);
    for (const std::string& message : answer.messages) {
      if (!write(BufferOf(message))) return NoteCancelled(cri, call);
      cri.NoteWritten(call.method);
    }
    auto rest = std::chrono::hours(answer.holds ? 1 : 0);
    if (SleepUnlessCancelled(rest, context)) return NoteCancelled(cri, call);
    return answer.status;
  };
}

// Says which id it was asked for; "nobody" and "broken" are none.
proxy::PageReply FakePage(const proxy::PageRequest& request) {
  auto id = request.query.find("id");
  if (id == request.query.end()) return {.body = "{\"fake\": true}\n"};
  if (id->second == "broken") throw std::runtime_error("it is broken");
  if (id->second == "nobody") throw Error(grpc::StatusCode::NOT_FOUND, "find", "nobody", "no id");
  return {.content_type = "image/png", .body = id->second};
}

}  // namespace

proxy::EmbeddedService Embedded(FakeCri& cri) {
  proxy::EmbeddedService service(Calls(cri), Streams(cri));
  service.pages = {{"/fake", FakePage}};
  return service;
}

}  // namespace crimux
