#pragma once

#include <vector>

#include "proxy/method_table.h"
#include "proxy/runtime/runtime.h"

namespace crimux::proxy {

// One list out of the runtimes' answers, in their order. The first failure is the answer, as a list
// must be whole; but where the method may be left out (Lacking), who lacks it is passed over as
// long as somebody has it.
RuntimeAnswer JoinLists(const Method& method, std::vector<RuntimeAnswer>& answers);

}  // namespace crimux::proxy
