#include "proxy/dispatch/list_source.h"

#include <utility>

#include "proxy/dispatch/list_patience.h"
#include "proxy/dispatch/requests.h"
#include "proxy/dispatch/stand_in.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

constexpr size_t kMostGathered = kMaxMessageBytes;

bool IsUnimplemented(const RuntimeAnswer& answer) {
  return answer.status.error_code() == grpc::StatusCode::UNIMPLEMENTED;
}

}  // namespace

ListSource::ListSource(const ListQuestion& question, RuntimePtr runtime,
                       std::function<void()> changed)
    : question_(question), runtime_(std::move(runtime)), changed_(std::move(changed)) {}

void ListSource::Start() {
  const Method& method = question_.call.method();
  bool is_slow = question_.backends.overdue.Has(*runtime_, question_.list);
  if (is_slow || runtime_->LacksStream(method)) return AskList();
  Wait();
  stream_ = runtime_->StartStream(
      Asked(question_.call, *runtime_, method, question_.call.request()),
      [this](grpc::ByteBuffer message) { TakeMessage(std::move(message)); },
      [this](const RuntimeAnswer& end) { TakeEnd(end); });
}

std::optional<grpc::ByteBuffer> ListSource::Take() {
  auto message = std::exchange(message_, std::nullopt);
  if (!message) return message;
  if (chunks_) {
    message_ = chunks_->Next();
  } else if (!end_) {
    Wait();
    stream_->Next();
  }
  return message;
}

void ListSource::Wait() {
  waiting_since_ = std::chrono::steady_clock::now();
  place_ = question_.backends.overdue.Register(this);
}

void ListSource::StopWaiting() {
  if (place_) question_.backends.overdue.Unregister(*place_);
  place_.reset();
}

bool ListSource::IsImpatient(std::chrono::steady_clock::time_point now) const {
  return now - waiting_since_ >= runtime_->config().list_timeout;
}

void ListSource::GiveUp(std::chrono::steady_clock::time_point /*now*/) {
  StopWaiting();
  stream_.reset();
  LeaveQuestion();
  Fail(OverdueAnswer(*runtime_, question_.call.method()));
}

// A stream that is overdue is called off, for it would have to be read. Its unary list is asked
// instead, whose answer tells that the runtime is back.
void ListSource::LeaveQuestion() {
  const auto& [call, backends, list, scope, asked_at] = question_;
  auto question = std::make_unique<Question>();
  Question* asked = question.get();
  asked->runtime = runtime_;
  asked->method = &list;
  asked->overdue = &backends.overdue;
  asked->late = ListPatience(list, scope, asked_at, backends).late;
  asked->call = runtime_->Start(
      Asked(call, *runtime_, list, call.request()),
      [asked](const RuntimeAnswer& answer) { asked->overdue->Answered(asked, answer); });
  backends.overdue.Add(std::move(question));
}

void ListSource::TakeMessage(grpc::ByteBuffer message) {
  StopWaiting();
  has_messages_ = true;
  Gather(message);
  message_ = std::move(message);
  changed_();
}

void ListSource::Gather(const grpc::ByteBuffer& message) {
  if (!question_.scope.complete) return;
  gathered_bytes_ += message.Length();
  if (gathered_bytes_ > kMostGathered) {
    gathered_.clear();
  } else {
    gathered_.push_back(message);
  }
}

void ListSource::TakeEnd(const RuntimeAnswer& end) {
  StopWaiting();
  if (IsUnimplemented(end) && !has_messages_) return AskList();
  if (!end.status.ok()) return Fail(end);
  if (question_.scope.complete && gathered_bytes_ <= kMostGathered) {
    TakeList(question_.list, runtime_, Concatenate(gathered_), question_.asked_at,
             question_.backends);
  }
  end_ = end;
  changed_();
}

void ListSource::AskList() {
  const auto& [call, backends, list, scope, asked_at] = question_;
  list_.Start(
      {runtime_}, [&](Runtime& runtime) { return Asked(call, runtime, list, call.request()); },
      ListPatience(list, scope, asked_at, backends),
      [this](const std::vector<RuntimeAnswer>& answers) { TakeAnswer(answers.front()); });
}

void ListSource::TakeAnswer(const RuntimeAnswer& answer) {
  if (!answer.status.ok()) return Fail(answer);
  if (question_.scope.complete) {
    TakeList(question_.list, runtime_, answer.message, question_.asked_at, question_.backends);
  }
  Cut(answer.message);
}

void ListSource::Cut(const grpc::ByteBuffer& list) {
  chunks_.emplace(list);
  message_ = chunks_->Next();
  end_.emplace();
  changed_();
}

void ListSource::Fail(const RuntimeAnswer& failure) {
  const Traits& traits = question_.list.traits;
  if (!has_messages_ && CouldNotTell(question_.list, *runtime_, failure, question_.backends)) {
    RuntimeAnswer instead =
        StandIn(question_.list, question_.scope, *runtime_, failure, question_.backends);
    is_left_out_ = instead.status.ok() && traits.away == Away::kLeftOut;
    if (instead.status.ok() && !is_left_out_) return Cut(instead.message);
  }
  bool lacks = IsUnimplemented(failure) && !has_messages_;
  if (lacks && traits.lacking == Lacking::kLeftOut) is_left_out_ = true;
  end_ = failure;
  changed_();
}

}  // namespace crimux::proxy
