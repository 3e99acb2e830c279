#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>

#include "proxy/method_table.h"

namespace crimux::proxy {

// A list of just the sandbox or container that a RunPodSandbox or CreateContainer (`request`) has
// made under this id, as its runtime will list it. Nothing for other objects, or when the request
// can't be read.
std::optional<grpc::ByteBuffer> ListOfCreated(Object made, const grpc::ByteBuffer& request,
                                              const std::string& id);

}  // namespace crimux::proxy
