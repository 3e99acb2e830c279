#include "proxy/dispatch/addressed.h"

#include <fmt/format.h>

#include "proxy/wire/fields.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

Addressed::Addressed(IncomingCall& call, Backends& backends)
    : call_(call),
      kind_(call.method().dispatch == Dispatch::kSandbox ? Object::kSandbox : Object::kContainer),
      locate_(call, backends),
      forward_(call, backends) {
  Flat request(call.request());
  id_ = FindBytes(request.view(), {call.method().traits.key});
  if (id_.empty()) {
    // No runtime has anything without an id; the default one words the refusal.
    forward_.To(backends.Default());
  } else if (RuntimePtr owner = backends.Find(backends.owners.Find(kind_, id_))) {
    forward_.To(std::move(owner));
  } else {
    locate_.Start(kind_, id_, [this](RuntimePtr found, const grpc::Status& status) {
      Found(std::move(found), status);
    });
  }
}

void Addressed::Found(RuntimePtr owner, const grpc::Status& status) {
  if (owner != nullptr) return forward_.To(std::move(owner));
  if (!status.ok()) return call_.Fail(status);
  if (call_.method().traits.unknown == Unknown::kSucceeds) {
    return call_.Reply({.message = ToBuffer("")});
  }
  call_.Fail({grpc::StatusCode::NOT_FOUND,
              fmt::format("{} \"{}\": no runtime has it",
                          kind_ == Object::kSandbox ? "sandbox" : "container", id_)});
}

}  // namespace crimux::proxy
