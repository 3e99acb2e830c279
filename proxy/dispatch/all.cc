#include "proxy/dispatch/all.h"

#include <algorithm>

#include "proxy/dispatch/requests.h"

namespace crimux::proxy {

All::All(IncomingCall& call, Backends& backends) : call_(call) {
  fan_out_.Start(
      backends.runtimes, [&](Runtime& runtime) { return Forwarded(call_, runtime); },
      [this](std::vector<RuntimeAnswer>& answers) {
        auto failed = std::find_if(answers.begin(), answers.end(),
                                   [](const RuntimeAnswer& answer) { return !answer.status.ok(); });
        call_.Reply(std::move(failed == answers.end() ? answers.front() : *failed));
      });
}

}  // namespace crimux::proxy
