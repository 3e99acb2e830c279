#include "proxy/dispatch/list_patience.h"

namespace crimux::proxy {

FanOut::Patience ListPatience(const Method& list, const ListScope& scope, AskedAt asked_at,
                              Backends& backends) {
  FanOut::Patience patience{.overdue = backends.overdue};
  if (list.traits.away == Away::kStandIn) {
    // What was done to the runtime since its last list shows only in a new one.
    patience.insists = [&lists = backends.lists, &list](const Runtime& runtime) {
      return !lists.IsCurrent(list, runtime);
    };
  }
  if (scope.complete) {
    patience.late = [&backends, &list, asked_at](const RuntimePtr& runtime,
                                                 const RuntimeAnswer& answer) {
      if (answer.status.ok()) TakeList(list, runtime, answer.message, asked_at, backends);
    };
  }
  return patience;
}

}  // namespace crimux::proxy
