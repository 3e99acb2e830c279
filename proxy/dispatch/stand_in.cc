#include "proxy/dispatch/stand_in.h"

#include <algorithm>
#include <chrono>

#include "proxy/lists/filter.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

bool IsOff(const RuntimeConfig& config) {
  return config.last_known_for && config.last_known_for->count() == 0;
}

bool IsTooOld(const LastKnown::List& list, const RuntimeConfig& config) {
  auto age = std::chrono::system_clock::now() - list.taken;
  return config.last_known_for && age > *config.last_known_for;
}

// A slow runtime may have done what was asked of it since; one that is down has not.
bool IsOutdated(const Method& list, const Runtime& runtime, const RuntimeAnswer& failure,
                const Backends& backends) {
  return failure.overdue && !backends.lists.IsCurrent(list, runtime);
}

RuntimeAnswer LastKnownList(const Method& list, const ListScope& scope, const Runtime& runtime,
                            RuntimeAnswer failure, const Backends& backends) {
  const LastKnown::List* known = backends.lists.Find(list, runtime);
  if (known == nullptr) {
    bool dispensable = !runtime.config().IsRequired() && !failure.overdue;
    return dispensable ? RuntimeAnswer{.message = ToBuffer("")} : failure;
  }
  if (IsTooOld(*known, runtime.config()) || IsOutdated(list, runtime, failure, backends)) {
    return failure;
  }
  auto filtered = ApplyFilter(list, scope.filter, known->answer);
  if (!filtered) return failure;
  return {.message = std::move(*filtered)};
}

// It has not told this list since it was last connected to, as it had before. containerd answers
// Unknown until its CRI plugin has read its own state.
bool IsStarting(const Method& list, const Runtime& runtime, const Backends& backends) {
  const LastKnown::List* known = backends.lists.Find(list, runtime);
  return known != nullptr && known->connection != runtime.health().connections;
}

}  // namespace

bool CouldNotTell(const Method& list, const Runtime& runtime, const RuntimeAnswer& answer,
                  const Backends& backends) {
  if (answer.unreachable || answer.overdue) return true;
  auto code = answer.status.error_code();
  if (code == grpc::StatusCode::UNAVAILABLE) return true;
  if (list.traits.away != Away::kStandIn) return false;
  // Every version of the CRI has these lists: who lacks them has no CRI plugin at work.
  if (code == grpc::StatusCode::UNIMPLEMENTED) return true;
  return code == grpc::StatusCode::UNKNOWN && IsStarting(list, runtime, backends);
}

RuntimeAnswer StandIn(const Method& list, const ListScope& scope, const Runtime& runtime,
                      RuntimeAnswer failure, const Backends& backends) {
  if (list.traits.away == Away::kFails || IsOff(runtime.config())) return failure;
  if (list.traits.away == Away::kLeftOut) return {.message = ToBuffer("")};
  return LastKnownList(list, scope, runtime, std::move(failure), backends);
}

void FillIn(const Method& list, const ListScope& scope, std::vector<RuntimeAnswer>& answers,
            const Backends& backends) {
  bool somebody = std::any_of(answers.begin(), answers.end(),
                              [](const RuntimeAnswer& answer) { return answer.status.ok(); });
  if (list.traits.away == Away::kLeftOut && !somebody) return;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!CouldNotTell(list, *scope.runtimes[i], answers[i], backends)) continue;
    answers[i] = StandIn(list, scope, *scope.runtimes[i], std::move(answers[i]), backends);
  }
}

}  // namespace crimux::proxy
