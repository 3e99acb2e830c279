#include "tests/fakes/fake_cri.h"

#include <algorithm>
#include <utility>

namespace crimux {
namespace {

constexpr std::chrono::seconds kPatience{10};

}  // namespace

FakeAnswer FakeCri::Handle(const FakeCall& call) {
  std::unique_lock lock(mutex_);
  if (!package_.empty() && call.package != package_) {
    return {.status = {grpc::StatusCode::UNIMPLEMENTED, "unknown service " + call.package}};
  }
  journal_.push_back(call);
  asked_.push_back(call.method);
  changed_.notify_all();
  auto script = scripts_.find(call.method);
  if (script == scripts_.end()) return Usual(call);
  Script scripted = script->second;
  lock.unlock();
  return scripted(call);
}

void FakeCri::NoteCancelled(const std::string& method) {
  std::lock_guard lock(mutex_);
  cancelled_.emplace(method, true);
  changed_.notify_all();
}

void FakeCri::NoteWritten(const std::string& method) {
  std::lock_guard lock(mutex_);
  ++written_[method];
}

size_t FakeCri::Written(const std::string& method) const {
  std::lock_guard lock(mutex_);
  auto found = written_.find(method);
  return found == written_.end() ? 0 : found->second;
}

void FakeCri::On(const std::string& method, Script script) {
  std::lock_guard lock(mutex_);
  scripts_[method] = std::move(script);
}

void FakeCri::On(const std::string& method, FakeAnswer answer) {
  On(method, [answer = std::move(answer)](const FakeCall&) { return answer; });
}

void FakeCri::Unscript() {
  std::lock_guard lock(mutex_);
  scripts_.clear();
}

void FakeCri::SpeakOnly(const std::string& package) {
  std::lock_guard lock(mutex_);
  package_ = package;
}

std::vector<std::string> FakeCri::TakeAsked() {
  std::lock_guard lock(mutex_);
  return std::exchange(asked_, {});
}

std::optional<FakeCall> FakeCri::Last(const std::string& method) const {
  std::lock_guard lock(mutex_);
  for (auto call = journal_.rbegin(); call != journal_.rend(); ++call) {
    if (call->method == method) return *call;
  }
  return std::nullopt;
}

bool FakeCri::WaitForCall(const std::string& method, size_t times) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] {
    return std::count_if(journal_.begin(), journal_.end(), [&](const FakeCall& call) {
             return call.method == method;
           }) >= static_cast<std::ptrdiff_t>(times);
  });
}

bool FakeCri::WaitForCancelled(const std::string& method, size_t times) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] { return cancelled_.count(method) >= times; });
}

void FakeCri::AddSandbox(const std::string& id) {
  std::lock_guard lock(mutex_);
  sandboxes_.push_back(id);
}

void FakeCri::AddContainer(const std::string& id, const std::string& sandbox) {
  std::lock_guard lock(mutex_);
  containers_.emplace_back(id, sandbox);
}

void FakeCri::AddImage(const std::string& id, const std::string& tag) {
  std::lock_guard lock(mutex_);
  images_.emplace_back(id, tag);
}

}  // namespace crimux
