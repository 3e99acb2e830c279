#include "proxy/dispatch/fan_out.h"

#include <algorithm>

namespace crimux::proxy {

using std::chrono::steady_clock;

void FanOut::Start(const std::vector<RuntimePtr>& runtimes, const MakeRequest& make,
                   AllCallback all, EachCallback each) {
  runtimes_ = runtimes;
  all_ = std::move(all);
  each_ = std::move(each);
  missing_ = runtimes.size();
  answers_.resize(runtimes.size());
  questions_.resize(runtimes.size());
  for (size_t i = 0; i < runtimes_.size(); ++i) Ask(i, make);
}

void FanOut::Start(const std::vector<RuntimePtr>& runtimes, const MakeRequest& make,
                   Patience patience, AllCallback all, EachCallback each) {
  patience_.emplace(std::move(patience));
  started_ = steady_clock::now();
  place_ = patience_->overdue.Register(this);
  Start(runtimes, make, std::move(all), std::move(each));
  if (missing_ == 0) Finish();
}

void FanOut::Ask(size_t index, const MakeRequest& make) {
  const RuntimePtr& runtime = runtimes_[index];
  RuntimeRequest request = make(*runtime);
  if (patience_ && !MustAsk(*runtime, *request.method)) {
    answers_[index] = OverdueAnswer(*runtime, *request.method);
    --missing_;
    return;
  }
  auto question = std::make_unique<Question>();
  question->runtime = runtime;
  question->method = request.method;
  question->asker = this;
  question->index = index;
  Question* asked = question.get();
  questions_[index] = std::move(question);
  asked->call = runtime->Start(std::move(request), [asked](RuntimeAnswer answer) {
    if (asked->asker == nullptr) return asked->overdue->Answered(asked, answer);
    asked->asker->Take(asked->index, std::move(answer));
  });
}

bool FanOut::MustAsk(const Runtime& runtime, const Method& method) const {
  if (!patience_->overdue.Has(runtime, method)) return true;
  return patience_->insists && patience_->insists(runtime);
}

void FanOut::Stop() {
  if (place_) patience_->overdue.Unregister(*place_);
  place_.reset();
  questions_.clear();
  missing_ = 0;
}

void FanOut::Take(size_t index, RuntimeAnswer answer) {
  questions_[index].reset();
  answers_[index] = std::move(answer);
  --missing_;
  if (each_) {
    each_(index, answers_[index]);
    if (questions_.empty()) return;
  }
  if (missing_ == 0) Finish();
}

void FanOut::Finish() {
  if (place_) patience_->overdue.Unregister(*place_);
  place_.reset();
  all_(answers_);
}

bool FanOut::IsOverdue(const Question& question, steady_clock::time_point now) const {
  return now - started_ >= question.runtime->config().list_timeout;
}

bool FanOut::IsImpatient(steady_clock::time_point now) const {
  return std::any_of(questions_.begin(), questions_.end(), [&](const auto& question) {
    return question != nullptr && IsOverdue(*question, now);
  });
}

void FanOut::GiveUp(steady_clock::time_point now) {
  for (size_t i = 0; i < questions_.size(); ++i) {
    if (questions_[i] == nullptr || !IsOverdue(*questions_[i], now)) continue;
    std::unique_ptr<Question> question = std::move(questions_[i]);
    RuntimeAnswer answer = OverdueAnswer(*question->runtime, *question->method);
    question->overdue = &patience_->overdue;
    question->late = patience_->late;
    patience_->overdue.Add(std::move(question));
    Take(i, std::move(answer));
  }
}

}  // namespace crimux::proxy
