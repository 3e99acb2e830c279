#pragma once

#include "proxy/dispatch/backends.h"
#include "proxy/dispatch/fan_out.h"
#include "proxy/dispatch/list_scope.h"

namespace crimux::proxy {

// How a list is asked of runtimes that may be slow: one whose last known list may stand in is not
// asked while the same question is overdue, unless something was done to it since; a complete list
// that comes late is taken all the same.
FanOut::Patience ListPatience(const Method& list, const ListScope& scope, AskedAt asked_at,
                              Backends& backends);

}  // namespace crimux::proxy
