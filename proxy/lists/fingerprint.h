#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <cstdint>

#include "proxy/method_table.h"

namespace crimux::proxy {

// Equal for two answers of a list that say the same, whatever the order of their items and of the
// entries of their maps (runtimes shuffle both); almost surely not for others. Costs a parse.
uint64_t Fingerprint(const Method& list, const grpc::ByteBuffer& answer);

}  // namespace crimux::proxy
