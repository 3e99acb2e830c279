#include "proxy/dispatch/version_call.h"

#include "proxy/dispatch/requests.h"
#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {

VersionCall::VersionCall(IncomingCall& call, Backends& backends)
    : call_(call), backends_(backends), runtime_(backends.Default()) {
  call_.SetRuntime(runtime_->name());
  handle_ = runtime_->Start(Forwarded(call_, *runtime_),
                            [this](RuntimeAnswer answer) { Take(std::move(answer)); });
}

void VersionCall::Take(RuntimeAnswer answer) {
  runtime::v1::VersionResponse version;
  bool changes = answer.status.ok() && IsToChange() && FromBuffer(answer.message, &version);
  if (!changes) return call_.Reply(std::move(answer));
  if (!backends_.runtime_name.empty()) version.set_runtime_name(backends_.runtime_name);
  if (!backends_.runtime_version.empty()) version.set_runtime_version(backends_.runtime_version);
  if (call_.api() != runtime_->health().api) {
    version.set_runtime_api_version(call_.api() == Api::kV1 ? "v1" : "v1alpha2");
  }
  answer.message = ToBuffer(version);
  call_.Reply(std::move(answer));
}

bool VersionCall::IsToChange() const {
  return !backends_.runtime_name.empty() || !backends_.runtime_version.empty() ||
         call_.api() != runtime_->health().api;
}

}  // namespace crimux::proxy
