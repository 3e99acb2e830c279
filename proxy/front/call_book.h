#pragma once

#include <grpcpp/support/status.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/self_list.h"
#include "proxy/front/call_rings.h"
#include "proxy/front/call_stats.h"
#include "proxy/method_table.h"

namespace crimux::proxy {

// A call's line in the book while it is in flight; a part of the call itself, so that keeping the
// book allocates nothing. Destroying it takes it out.
struct OpenCall : SelfListHook {
  // nullptr: one that the table lacks.
  const Method* method = nullptr;
  // An index; see CallBook::RuntimeName.
  uint16_t runtime = 0;
  std::chrono::steady_clock::time_point started;
};

// Which calls there are and were: those in flight, the slowest, the latest that failed, counts and
// durations by method and runtime. A call costs two readings of the clock and some tens of
// nanoseconds. Names are the table's and the config's, never a client's. Front thread.
class CallBook {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  using InFlight = SelfList<OpenCall>;

  CallBook();

  void Begin(OpenCall& call, const Method* method, Moment now);
  // Which runtime it went to. Without this it was answered by crimux itself, or by all.
  void SetRuntime(OpenCall& call, const std::string& name);
  void End(OpenCall& call, grpc::StatusCode code, Moment now);
  // The name of a method that the table lacks. True the first time for that name.
  bool NoteUnknown(const std::string& path);

  // The oldest first.
  const InFlight& open() const { return open_; }
  uint64_t in_flight() const { return in_flight_; }
  std::vector<FinishedCall> Slowest(Moment now) const { return slowest_.List(now); }
  std::vector<FinishedCall> Failed() const { return failed_.List(); }
  const std::map<std::string, uint64_t>& unknown() const { return unknown_; }

  // "containerd"; "*" for all of them, "" for none: crimux's own answer.
  const std::string& RuntimeName(uint16_t runtime) const { return runtimes_[runtime].name; }
  // "ListContainers"; "unknown" for nullptr.
  static std::string_view MethodName(const Method* method);

  // Each pair of method and runtime that has calls: f(method name, runtime name, stats).
  template <typename F>
  void ForEach(F f) const;

 private:
  struct OfRuntime {
    std::string name;
    // In the order of the table, then the unknown ones. Empty until there is a call.
    std::vector<std::unique_ptr<CallStats>> methods;
  };

  CallStats& StatsOf(const OpenCall& call);

  InFlight open_;
  uint64_t in_flight_ = 0;
  // As many as the config has had; references to names stay valid.
  std::deque<OfRuntime> runtimes_;
  SlowestCalls slowest_;
  LatestCalls failed_;
  std::map<std::string, uint64_t> unknown_;
};

template <typename F>
void CallBook::ForEach(F f) const {
  for (const OfRuntime& runtime : runtimes_) {
    for (size_t i = 0; i < runtime.methods.size(); ++i) {
      if (runtime.methods[i] == nullptr) continue;
      const Method* method = i < Methods().size() ? &Methods()[i] : nullptr;
      f(MethodName(method), runtime.name, *runtime.methods[i]);
    }
  }
}

}  // namespace crimux::proxy
