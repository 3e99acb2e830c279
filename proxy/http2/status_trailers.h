#pragma once

#include <grpcpp/support/status.h>

#include "proxy/http2/header_list.h"
#include "proxy/http2/metadata.h"

namespace crimux::proxy::http2 {

// The headers that each answer begins with.
HeaderList AnswerHeaders();

// How an answer ends: its status, with details, and metadata.
Metadata TrailersOf(const grpc::Status& status, const Metadata& metadata);

}  // namespace crimux::proxy::http2
