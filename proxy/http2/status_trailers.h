#pragma once

#include <grpcpp/support/status.h>

#include "proxy/http2/metadata.h"
#include "proxy/http2/stream.h"

namespace crimux::proxy::http2 {

// The headers that each answer begins with.
HeaderList AnswerHeaders();

// How an answer ends: its status, with details, and metadata.
Trailers TrailersOf(const grpc::Status& status, const Metadata& metadata);

}  // namespace crimux::proxy::http2
