#include "proxy/dispatch/merged.h"

#include "proxy/dispatch/join.h"
#include "proxy/dispatch/requests.h"
#include "proxy/dispatch/stand_in.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

Merged::Merged(IncomingCall& call, Backends& backends)
    : call_(call),
      backends_(backends),
      scope_(ScopeOf(call.method(), call.request(), backends)),
      asked_at_(backends) {
  if (scope_.runtimes.empty()) {
    call.Reply({.message = ToBuffer("")});
    return;
  }
  fan_out_.Start(
      scope_.runtimes,
      [&](Runtime& runtime) { return Asked(call_, runtime, call_.method(), call_.request()); },
      Patience(), [this](std::vector<RuntimeAnswer>& answers) { Join(answers); });
}

FanOut::Patience Merged::Patience() const {
  FanOut::Patience patience{.overdue = backends_.overdue};
  const Method& list = call_.method();
  if (list.traits.away == Away::kStandIn) {
    // What was done to the runtime since its last list shows only in a new one.
    patience.insists = [&lists = backends_.lists, &list](const Runtime& runtime) {
      return !lists.IsCurrent(list, runtime);
    };
  }
  if (scope_.complete) {
    patience.late = [&backends = backends_, &list, at = asked_at_](const RuntimePtr& runtime,
                                                                   const RuntimeAnswer& answer) {
      if (answer.status.ok()) TakeList(list, runtime, answer.message, at, backends);
    };
  }
  return patience;
}

void Merged::Join(std::vector<RuntimeAnswer>& answers) {
  for (size_t i = 0; scope_.complete && i < answers.size(); ++i) {
    if (!answers[i].status.ok()) continue;
    TakeList(call_.method(), scope_.runtimes[i], answers[i].message, asked_at_, backends_);
  }
  FillIn(call_.method(), scope_, answers, backends_);
  call_.Reply(JoinLists(call_.method(), answers));
}

}  // namespace crimux::proxy
