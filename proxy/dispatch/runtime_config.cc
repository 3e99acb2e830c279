#include "proxy/dispatch/runtime_config.h"

#include "proxy/dispatch/requests.h"
#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

grpc::ByteBuffer Answer(const std::string& cgroup_driver) {
  runtime::v1::RuntimeConfigResponse response;
  response.mutable_linux()->set_cgroup_driver(cgroup_driver == "systemd" ? runtime::v1::SYSTEMD
                                                                         : runtime::v1::CGROUPFS);
  return ToBuffer(response);
}

}  // namespace

RuntimeConfigCall::RuntimeConfigCall(IncomingCall& call, Backends& backends)
    : call_(call), cgroup_driver_(backends.cgroup_driver) {
  const RuntimePtr& runtime = backends.Default();
  call.SetRuntime(runtime->name());
  handle_ = runtime->Start(Forwarded(call, *runtime),
                           [this](RuntimeAnswer answer) { Take(std::move(answer)); });
}

void RuntimeConfigCall::Take(RuntimeAnswer answer) {
  bool lacks = answer.status.error_code() == grpc::StatusCode::UNIMPLEMENTED;
  if (lacks && !cgroup_driver_.empty()) return call_.Reply({.message = Answer(cgroup_driver_)});
  call_.Reply(std::move(answer));
}

}  // namespace crimux::proxy
