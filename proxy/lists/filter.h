#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <optional>
#include <string>

#include "proxy/method_table.h"

namespace crimux::proxy {

// What a runtime would have answered for a filter (serialized, as in the request), out of its
// complete list: by id or the beginning of one, state, sandbox and labels; images by id or name.
// Nothing when either isn't what it should be. Lists without a filter come back whole.
std::optional<grpc::ByteBuffer> ApplyFilter(const Method& list, const std::string& filter,
                                            const grpc::ByteBuffer& complete);

}  // namespace crimux::proxy
