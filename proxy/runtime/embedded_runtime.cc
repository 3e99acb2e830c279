#include "proxy/runtime/embedded_runtime.h"

#include <fmt/format.h>

#include "base/error.h"
#include "proxy/runtime/call_stop.h"
#include "proxy/runtime/embedded_stream.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

// What a unary call's two threads share: the request goes to the worker, the answer comes back. The
// worker is done with it before it posts the answer.
struct EmbeddedRuntime::Job {
  RuntimeRequest request;
  RuntimeAnswer answer;
  // Front thread only; nullptr once nobody waits.
  Unary* call = nullptr;
};

class EmbeddedRuntime::Unary final : public PendingCall {
 public:
  Unary(EmbeddedRuntime& runtime, std::shared_ptr<Job> job, AnswerCallback done)
      : job_(std::move(job)),
        done_(std::move(done)),
        stop_(runtime.loop_, runtime.closing_.get_token(), job_->request.deadline,
              [this] { Finish({.status = DeadlineExceeded()}); }) {
    job_->call = this;
  }

  CallContext Context() const { return {job_->request.deadline, stop_.token()}; }

  void Abandon() override {
    job_->call = nullptr;
    delete this;
  }

  void Finish(RuntimeAnswer answer) {
    job_->call = nullptr;
    stop_.Settle();
    // `done` may delete this object.
    AnswerCallback done = std::move(done_);
    done(std::move(answer));
  }

 private:
  std::shared_ptr<Job> job_;
  AnswerCallback done_;
  CallStop stop_;
};

EmbeddedRuntime::EmbeddedRuntime(Loop& loop, const RuntimeConfig& config, EmbeddedService service)
    : loop_(loop), config_(config), service_(std::move(service)) {
  RuntimeRequest request;
  request.method = &MethodNamed("Version");
  request.message = ToBuffer("");
  version_call_ = Start(std::move(request), [this](const RuntimeAnswer& answer) {
    if (!answer.status.ok()) health_.last_error = answer.status.error_message();
    Flat flat(answer.message);
    health_.version =
        fmt::format("{} {}", FindBytes(flat.view(), {2}), FindBytes(flat.view(), {3}));
    version_call_.reset();
  });
}

EmbeddedRuntime::~EmbeddedRuntime() { closing_.request_stop(); }

CallHandle EmbeddedRuntime::Start(RuntimeRequest request, AnswerCallback done) {
  auto job = std::make_shared<Job>();
  job->request = std::move(request);
  auto* call = new Unary(*this, job, std::move(done));
  workers_.Run([this, job, context = call->Context()] { Execute(job, context); });
  return CallHandle(call);
}

StreamHandle EmbeddedRuntime::StartStream(RuntimeRequest request, MessageCallback message,
                                          AnswerCallback ended) {
  return StreamHandle(new Stream(*this, std::move(request), std::move(message), std::move(ended)));
}

void EmbeddedRuntime::Execute(const std::shared_ptr<Job>& job, const CallContext& context) {
  RuntimeAnswer& answer = job->answer;
  try {
    answer.status =
        service_.call(job->request.method->path, context, job->request.message, &answer.message);
  } catch (...) {
    answer.status = CurrentExceptionStatus();
  }
  if (answer.status.ok() && !answer.message.Valid()) answer.message = ToBuffer("");
  if (!answer.status.ok()) answer.message.Clear();
  loop_.Post([job] {
    if (job->call != nullptr) job->call->Finish(std::move(job->answer));
  });
}

}  // namespace crimux::proxy
