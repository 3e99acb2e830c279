#include <condition_variable>
#include <mutex>

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

}  // namespace

proxy::EmbeddedHandler Embedded(FakeCri& cri) {
  return [&cri](std::string_view path, const CallContext& context, const grpc::ByteBuffer& request,
                grpc::ByteBuffer* response) -> grpc::Status {
    FakeCall call;
    SplitPath(std::string(path), &call.package, &call.method);
    call.request = BytesOf(request);
    call.deadline = context.deadline;
    FakeAnswer answer = cri.Handle(call);
    std::chrono::milliseconds time = answer.holds ? std::chrono::hours(1) : answer.delay;
    if (SleepUnlessCancelled(time, context)) {
      cri.NoteCancelled(call.method);
      return grpc::Status::CANCELLED;
    }
    if (!answer.messages.empty()) *response = BufferOf(answer.messages.front());
    return answer.status;
  };
}

}  // namespace crimux
