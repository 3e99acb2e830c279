#include "proxy/dispatch/dispatcher.h"

#include "proxy/dispatch/addressed.h"
#include "proxy/dispatch/all.h"
#include "proxy/dispatch/events.h"
#include "proxy/dispatch/image.h"
#include "proxy/dispatch/merged.h"
#include "proxy/dispatch/merged_stream.h"
#include "proxy/dispatch/new_sandbox.h"
#include "proxy/dispatch/node_status.h"
#include "proxy/dispatch/runtime_config.h"
#include "proxy/dispatch/to_default.h"
#include "proxy/dispatch/version_call.h"

namespace crimux::proxy {

std::unique_ptr<Operation> StartOperation(IncomingCall& call, Backends& backends) {
  switch (call.method().dispatch) {
    case Dispatch::kNewSandbox:
      return std::make_unique<NewSandbox>(call, backends);
    case Dispatch::kSandbox:
    case Dispatch::kContainer:
      return std::make_unique<Addressed>(call, backends);
    case Dispatch::kImage:
      return std::make_unique<ImageCall>(call, backends);
    case Dispatch::kMerged:
      return std::make_unique<Merged>(call, backends);
    case Dispatch::kAll:
      return std::make_unique<All>(call, backends);
    case Dispatch::kDefault:
      return std::make_unique<ToDefault>(call, backends);
    case Dispatch::kRuntimeConfig:
      return std::make_unique<RuntimeConfigCall>(call, backends);
    case Dispatch::kStatus:
      return std::make_unique<NodeStatus>(call, backends);
    case Dispatch::kVersion:
      return std::make_unique<VersionCall>(call, backends);
    case Dispatch::kMergedStream:
      return std::make_unique<MergedStream>(call, backends);
    case Dispatch::kEvents:
      return std::make_unique<Events>(call, backends);
  }
  call.Fail({grpc::StatusCode::INTERNAL, "crimux has no way to dispatch this method"});
  return nullptr;
}

}  // namespace crimux::proxy
