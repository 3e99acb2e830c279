#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/call_context.h"

namespace crimux::proxy {

// Answers unary CRI calls of a runtime that lives in this process. `method_path` is
// "/runtime.v1.RuntimeService/RunPodSandbox" and the like; a path it does not know gets
// UNIMPLEMENTED. Called on worker threads, many at once; may block. An OK without a response set is
// an empty message.
using EmbeddedHandler =
    std::function<grpc::Status(std::string_view method_path, const CallContext& context,
                               const grpc::ByteBuffer& request, grpc::ByteBuffer* response)>;

// Sends one message of a stream. Blocks while the client is busy with the one before; false when
// the caller has gone, and the handler had better return.
using EmbeddedWriter = std::function<bool(const grpc::ByteBuffer& message)>;

// Answers server-streaming CRI calls: writes messages, and ends the stream by returning. It has a
// worker thread to itself, as long as it likes. UNIMPLEMENTED for a path it does not know; for a
// list, its unary method is asked then.
using EmbeddedStreamHandler =
    std::function<grpc::Status(std::string_view method_path, const CallContext& context,
                               const grpc::ByteBuffer& request, const EmbeddedWriter& write)>;

struct PageRequest {
  // "?container=abc"
  std::map<std::string, std::string> query;
};

struct PageReply {
  std::string content_type = "application/json";
  std::string body;
};

// A page of the status socket that tells of what only the runtime knows.
struct EmbeddedPage {
  // "/images" and the like, none of the proxy's own.
  std::string path;
  // Makes it, on a worker thread; may block. What it throws is the answer: an Error in its own
  // words, with the HTTP code that its code means.
  std::function<PageReply(const PageRequest& request)> serve;
};

// A runtime that lives in this process.
struct EmbeddedService {
  // Without a stream handler it has no streams.
  EmbeddedService(EmbeddedHandler calls, EmbeddedStreamHandler streams = nullptr)  // NOLINT
      : call(std::move(calls)), stream(std::move(streams)) {}

  EmbeddedHandler call;
  EmbeddedStreamHandler stream;
  std::vector<EmbeddedPage> pages;
};

}  // namespace crimux::proxy
