#include "proxy/runtime/relayed_runtime.h"

#include "base/error.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

// Field 1 of what Exec, Attach and PortForward answer.
constexpr TextPlaces kUrl{{1}};

void Exchange(Relay& relay, RuntimeAnswer* answer) try {
  Flat flat(answer->message);
  auto relayed = [&](std::string_view url) { return relay.UrlFor(std::string(url)); };
  if (auto rewritten = RewriteTexts(flat.view(), kUrl, relayed)) {
    answer->message = ToBuffer(*rewritten);
  }
} catch (...) {
  answer->status = CurrentExceptionStatus();
  answer->message.Clear();
}

}  // namespace

CallHandle RelayedRuntime::Start(RuntimeRequest request, AnswerCallback done) {
  if (!request.method->traits.answers_url)
    return WrappedRuntime::Start(std::move(request), std::move(done));
  return WrappedRuntime::Start(std::move(request),
                               [&relay = relay_, done = std::move(done)](RuntimeAnswer answer) {
                                 if (answer.status.ok()) Exchange(relay, &answer);
                                 done(std::move(answer));
                               });
}

}  // namespace crimux::proxy
