#include "proxy/runtime/embedded_runtime.h"

#include <fmt/format.h>

#include <optional>

#include "base/error.h"
#include "proxy/loop/timer.h"
#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

// What a call's two threads share: the request and the stop go to the worker, the answer comes
// back. The worker is done with it before it posts the answer.
struct EmbeddedRuntime::Job {
  RuntimeRequest request;
  std::stop_source stop;
  RuntimeAnswer answer;
  // Front thread only; nullptr once nobody waits.
  Unary* call = nullptr;
};

class EmbeddedRuntime::Unary final : public PendingCall {
 public:
  Unary(EmbeddedRuntime& runtime, std::shared_ptr<Job> job, AnswerCallback done)
      : job_(std::move(job)),
        done_(std::move(done)),
        on_closing_(runtime.closing_.get_token(),
                    [stop = job_->stop]() mutable { stop.request_stop(); }) {
    job_->call = this;
    if (job_->request.deadline == Deadline::max()) return;
    expiry_ = Timer(runtime.loop_, job_->request.deadline, [this] { Expire(); });
  }

  void Abandon() override {
    job_->stop.request_stop();
    job_->call = nullptr;
    delete this;
  }

  void Finish(RuntimeAnswer answer) {
    job_->call = nullptr;
    expiry_.Cancel();
    // `done` may delete this object.
    AnswerCallback done = std::move(done_);
    done(std::move(answer));
  }

 private:
  void Expire() {
    job_->stop.request_stop();
    RuntimeAnswer answer;
    answer.status = {grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"};
    Finish(std::move(answer));
  }

  std::shared_ptr<Job> job_;
  AnswerCallback done_;
  Timer expiry_;
  std::stop_callback<std::function<void()>> on_closing_;
};

EmbeddedRuntime::EmbeddedRuntime(Loop& loop, const RuntimeConfig& config, EmbeddedHandler handler)
    : loop_(loop), config_(config), handler_(std::move(handler)) {
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
  CallHandle call(new Unary(*this, job, std::move(done)));
  workers_.Run([this, job] { Execute(job); });
  return call;
}

void EmbeddedRuntime::Execute(const std::shared_ptr<Job>& job) {
  CallContext context{job->request.deadline, job->stop.get_token()};
  RuntimeAnswer& answer = job->answer;
  try {
    answer.status =
        handler_(job->request.method->path, context, job->request.message, &answer.message);
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
