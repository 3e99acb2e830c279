#pragma once

#include <string_view>

namespace crimux {

// A place where tests make the process die, as by kill -9: at once, without destructors, handlers
// or flushes. It dies where the environment's CRIMUX_FAULT is `name`, or "<name>:<n>" for the n-th
// time that the place is reached (any thread). The variable is read once, when the first place is
// reached; without it a place costs a comparison. Names: "<what is done>.<what has just happened>",
// each in one place of the source, and a literal, so that tests can find them all.
void FaultPoint(std::string_view name);

}  // namespace crimux
