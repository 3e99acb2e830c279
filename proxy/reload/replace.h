#pragma once

#include "config/config.h"
#include "proxy/dispatch/backends.h"
#include "proxy/runtime/runtime_factory.h"

namespace crimux::proxy {

// Puts the runtimes, routes and answers of a config in place of those that are there, in one step
// between two events of the front thread. What is known of runtimes that stay is kept, whatever
// they are called now; of those that are gone it is forgotten, while calls in flight to them hold
// them until they end. Throws what RuntimeFactory throws. Front thread.
//
// Operations that watch the runtimes are told when there is one more, one less or another.
void ReplaceRuntimes(const Config& config, RuntimeFactory& factory, Backends* backends);

// What crimux says in the place of a runtime.
void TakeAnswers(const Config& config, Backends* backends);

}  // namespace crimux::proxy
