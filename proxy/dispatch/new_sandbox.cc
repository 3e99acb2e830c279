#include "proxy/dispatch/new_sandbox.h"

#include "proxy/routing/subject.h"

namespace crimux::proxy {

NewSandbox::NewSandbox(IncomingCall& call, Backends& backends)
    : call_(call), forward_(call, backends) {
  Start(backends);
}

void NewSandbox::Start(Backends& backends) {
  auto subject = SandboxSubject(call_.request());
  if (!subject) {
    return call_.Fail({grpc::StatusCode::INVALID_ARGUMENT, "the request is not a sandbox's"});
  }
  RouteDecision decision = backends.router.Decide(*subject);
  if (!decision.status.ok()) return call_.Fail(decision.status);
  forward_.To(backends.Find(decision.runtime));
}

}  // namespace crimux::proxy
