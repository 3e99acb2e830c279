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

}  // namespace

bool CouldNotTell(const Method& list, const RuntimeAnswer& answer) {
  if (answer.unreachable || answer.overdue) return true;
  // A runtime that is still starting says either; the state lists are in every version of the CRI.
  auto code = answer.status.error_code();
  return code == grpc::StatusCode::UNAVAILABLE ||
         (code == grpc::StatusCode::UNIMPLEMENTED && list.traits.away == Away::kStandIn);
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
    if (!CouldNotTell(list, answers[i])) continue;
    answers[i] = StandIn(list, scope, *scope.runtimes[i], std::move(answers[i]), backends);
  }
}

}  // namespace crimux::proxy
