#include "vmruntime/cri/dispatcher.h"

#include <grpcpp/impl/grpc_library.h>
#include <spdlog/spdlog.h>

namespace crimux::vm {
namespace {

// What makes channels or servers sets gRPC up for its messages; here there are messages alone.
const grpc::internal::GrpcLibraryInitializer grpc_set_up;

}  // namespace

grpc::Status Dispatcher::Malformed(const grpc::Status& why) {
  return {grpc::StatusCode::INVALID_ARGUMENT, "malformed request: " + why.error_message()};
}

grpc::Status Dispatcher::Call(std::string_view path, const CallContext& context,
                              const grpc::ByteBuffer& request, grpc::ByteBuffer* response) const {
  std::string_view rpc = path.substr(path.rfind('/') + 1);
  auto found = handlers_.find(rpc);
  if (found == handlers_.end()) {
    return {grpc::StatusCode::UNIMPLEMENTED,
            std::string(rpc) + ": the VM runtime does not implement it"};
  }
  try {
    return found->second(context, request, response);
  } catch (...) {
    grpc::Status status = CurrentExceptionStatus();
    spdlog::debug("{}: {}", rpc, status.error_message());
    return status;
  }
}

}  // namespace crimux::vm
