#include "proxy/dispatch/merged.h"

#include "proxy/dispatch/join.h"
#include "proxy/dispatch/requests.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

Merged::Merged(IncomingCall& call, Backends& backends)
    : call_(call),
      backends_(backends),
      scope_(ScopeOf(call.method(), call.request(), backends)),
      started_(backends.owners.Now()) {
  if (scope_.runtimes.empty()) {
    call.Reply({.message = ToBuffer("")});
    return;
  }
  fan_out_.Start(
      scope_.runtimes,
      [&](Runtime& runtime) { return Asked(call_, runtime, call_.method(), call_.request()); },
      [this](std::vector<RuntimeAnswer>& answers) { Join(answers); });
}

void Merged::Join(std::vector<RuntimeAnswer>& answers) {
  for (size_t i = 0; scope_.complete && i < answers.size(); ++i) {
    if (!answers[i].status.ok()) continue;
    LearnList(call_.method(), scope_.runtimes[i], answers[i].message, started_, backends_);
  }
  call_.Reply(JoinLists(call_.method(), answers));
}

}  // namespace crimux::proxy
