#include "proxy/front/call_book.h"

namespace crimux::proxy {
namespace {

// Names come from clients: past this many, new ones count as "other".
constexpr size_t kMostUnknown = 64;
constexpr size_t kMostSlow = 32;
constexpr std::chrono::hours kSlowMemory{1};
constexpr size_t kMostFailed = 64;

constexpr uint16_t kNone = 0;
constexpr uint16_t kEveryone = 1;

bool GoesToAll(const Method* method) {
  if (method == nullptr) return false;
  switch (method->dispatch) {
    case Dispatch::kMerged:
    case Dispatch::kMergedStream:
    case Dispatch::kEvents:
    case Dispatch::kAll:
    case Dispatch::kStatus:
      return true;
    default:
      return false;
  }
}

// An events stream lasts as long as its client likes; it would only hide what is really slow.
bool CanBeSlow(const Method* method) {
  return method == nullptr || method->dispatch != Dispatch::kEvents;
}

}  // namespace

CallBook::CallBook() : slowest_(kMostSlow, kSlowMemory), failed_(kMostFailed) {
  runtimes_.push_back({.name = ""});
  runtimes_.push_back({.name = "*"});
}

void CallBook::Begin(OpenCall& call, const Method* method, Moment now) {
  call.method = method;
  call.runtime = GoesToAll(method) ? kEveryone : kNone;
  call.started = now;
  open_.push_back(call);
  ++in_flight_;
}

void CallBook::SetRuntime(OpenCall& call, const std::string& name) {
  for (size_t i = kEveryone + 1; i < runtimes_.size(); ++i) {
    if (runtimes_[i].name != name) continue;
    call.runtime = static_cast<uint16_t>(i);
    return;
  }
  if (runtimes_.size() > UINT16_MAX) return;
  call.runtime = static_cast<uint16_t>(runtimes_.size());
  runtimes_.push_back({.name = name});
}

void CallBook::End(OpenCall& call, grpc::StatusCode code, Moment now) {
  call.unlink();
  --in_flight_;
  auto duration = now - call.started;
  StatsOf(call).Add(code, duration, now);
  FinishedCall finished{call.method, call.runtime, code, duration, now};
  if (CanBeSlow(call.method)) slowest_.Offer(finished);
  if (code != grpc::StatusCode::OK) failed_.Add(finished);
}

bool CallBook::NoteUnknown(const std::string& path) {
  bool room = unknown_.size() < kMostUnknown || unknown_.contains(path);
  return ++unknown_[room ? path : "other"] == 1;
}

std::string_view CallBook::MethodName(const Method* method) {
  return method == nullptr ? "unknown" : method->name;
}

CallStats& CallBook::StatsOf(const OpenCall& call) {
  auto& methods = runtimes_[call.runtime].methods;
  size_t known = Methods().size();
  if (methods.empty()) methods.resize(known + 1);
  size_t index =
      call.method == nullptr ? known : static_cast<size_t>(call.method - Methods().data());
  if (methods[index] == nullptr) methods[index] = std::make_unique<CallStats>();
  return *methods[index];
}

}  // namespace crimux::proxy
