#include "proxy/runtime/embedded_stream.h"

#include <condition_variable>
#include <mutex>
#include <utility>

#include "base/error.h"

namespace crimux::proxy {

// What the stream's two threads share.
struct EmbeddedRuntime::Stream::Job {
  Job(Loop& the_loop, RuntimeRequest the_request)
      : loop(the_loop), request(std::move(the_request)) {}

  Loop& loop;
  RuntimeRequest request;
  std::mutex mutex;  // guards is_wanted
  std::condition_variable_any changed;
  // Whether the front thread takes one more message.
  bool is_wanted = true;
  // Front thread only; nullptr once nobody waits.
  Stream* stream = nullptr;
};

grpc::Status DeadlineExceeded() {
  return {grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"};
}

EmbeddedRuntime::Stream::Stream(EmbeddedRuntime& runtime, RuntimeRequest request,
                                MessageCallback message, AnswerCallback ended)
    : runtime_(runtime),
      job_(std::make_shared<Job>(runtime.loop_, std::move(request))),
      message_(std::move(message)),
      ended_(std::move(ended)),
      stop_(runtime.loop_, runtime.closing_.get_token(), job_->request.deadline,
            [this] { Finish(DeadlineExceeded()); }) {
  job_->stream = this;
  CallContext context{job_->request.deadline, stop_.token()};
  runtime.workers_.Run([&handler = runtime.service_.stream, job = job_, context] {
    grpc::Status status = Execute(handler, job, context);
    job->loop.Post([job, status] {
      if (job->stream != nullptr) job->stream->Finish(status);
    });
  });
}

void EmbeddedRuntime::Stream::Abandon() {
  job_->stream = nullptr;
  delete this;
}

void EmbeddedRuntime::Stream::Next() {
  std::lock_guard lock(job_->mutex);
  job_->is_wanted = true;
  job_->changed.notify_all();
}

grpc::Status EmbeddedRuntime::Stream::Execute(const EmbeddedStreamHandler& handler,
                                              const std::shared_ptr<Job>& job,
                                              const CallContext& context) {
  if (!handler) return {grpc::StatusCode::UNIMPLEMENTED, "this runtime has no streams"};
  try {
    return handler(
        job->request.method->path, context, job->request.message,
        [&](const grpc::ByteBuffer& message) { return Write(job, context.cancelled, message); });
  } catch (...) {
    return CurrentExceptionStatus();
  }
}

bool EmbeddedRuntime::Stream::Write(const std::shared_ptr<Job>& job, const std::stop_token& stop,
                                    const grpc::ByteBuffer& message) {
  {
    std::unique_lock lock(job->mutex);
    job->changed.wait(lock, stop, [&] { return job->is_wanted; });
    if (stop.stop_requested()) return false;
    job->is_wanted = false;
  }
  job->loop.Post([job, message] {
    if (job->stream != nullptr) job->stream->Deliver(message);
  });
  return true;
}

void EmbeddedRuntime::Stream::Deliver(grpc::ByteBuffer message) {
  has_messages_ = true;
  // The callback may delete this object, and itself with it.
  MessageCallback callback = message_;
  callback(std::move(message));
}

void EmbeddedRuntime::Stream::Finish(const grpc::Status& status) {
  job_->stream = nullptr;
  stop_.Settle();
  bool lacks = status.error_code() == grpc::StatusCode::UNIMPLEMENTED && !has_messages_;
  if (lacks) runtime_.lacking_.insert(job_->request.method);
  // `ended` may delete this object.
  AnswerCallback ended = std::move(ended_);
  ended({.status = status});
}

}  // namespace crimux::proxy
