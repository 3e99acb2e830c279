#pragma once

#include <vector>

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/list_scope.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// Whether the runtime could not tell its list: it is down, too slow, or has just come back and is
// not yet ready to tell. Any other failure is an answer.
bool CouldNotTell(const Method& list, const Runtime& runtime, const RuntimeAnswer& answer,
                  const Backends& backends);

// What goes into a merged list in place of a runtime's answer when it could not tell: its last
// known list with the filter applied, or nothing of it, as the method's `away` says. The failure
// stays where nothing may stand in: by the runtime's lastKnownFor, or because the runtime was never
// heard of, and the node can't do without it.
RuntimeAnswer StandIn(const Method& list, const ListScope& scope, const Runtime& runtime,
                      RuntimeAnswer failure, const Backends& backends);

// The same for all answers of a merged list, `scope.runtimes` and `answers` side by side. What
// would be left out stays a failure when nobody has answered.
void FillIn(const Method& list, const ListScope& scope, std::vector<RuntimeAnswer>& answers,
            const Backends& backends);

}  // namespace crimux::proxy
