#include "proxy/dispatch/merged.h"

#include <utility>

#include "proxy/dispatch/join.h"
#include "proxy/dispatch/list_patience.h"
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
      ListPatience(call.method(), scope_, asked_at_, backends),
      [this](std::vector<RuntimeAnswer>& answers) { Join(answers); });
}

void Merged::Join(std::vector<RuntimeAnswer>& answers) {
  std::vector<std::pair<size_t, grpc::ByteBuffer>> told;
  for (size_t i = 0; scope_.complete && i < answers.size(); ++i) {
    if (answers[i].status.ok()) told.emplace_back(i, answers[i].message);
  }
  FillIn(call_.method(), scope_, answers, backends_);
  call_.Reply(JoinLists(call_.method(), answers));
  // What can be learned can wait until the client has its answer under way.
  for (const auto& [i, list] : told) {
    TakeList(call_.method(), scope_.runtimes[i], list, asked_at_, backends_);
  }
}

}  // namespace crimux::proxy
