#pragma once

#include <grpcpp/support/status.h>

#include <string_view>

namespace crimux {

// "NotFound", as Kubernetes' tools print codes.
std::string_view CodeName(grpc::StatusCode code);

}  // namespace crimux
