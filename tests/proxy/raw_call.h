#pragma once

#include <grpcpp/generic/generic_stub.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/proxy/node.h"

namespace crimux {

// A unary call of any method, in bytes.
grpc::Status CallBytes(const Node& node, const std::string& path, const std::string& request,
                       std::string* response);

// A server stream of any method, in bytes, read only as far as it is asked to.
class RawStream {
 public:
  RawStream(const Node& node, const std::string& path, const std::string& request = "",
            std::chrono::milliseconds timeout = std::chrono::seconds(10));
  RawStream(const RawStream&) = delete;
  RawStream& operator=(const RawStream&) = delete;
  // Calls it off if need be.
  ~RawStream();

  // The next message; nothing at the end.
  std::optional<std::string> Read();
  // All that is left, then the status.
  grpc::Status ReadAll(std::vector<std::string>* messages);
  // To be called after the end.
  grpc::Status Finish();
  grpc::ClientContext& context() { return context_; }

 private:
  bool Wait();

  Context context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
};

// All messages of a stream.
grpc::Status StreamBytes(const Node& node, const std::string& path, const std::string& request,
                         std::vector<std::string>* messages);

// Messages laid end to end.
std::string Joined(const std::vector<std::string>& messages);

// A string field of a message with a number and a length below 16 and 128.
std::string Text(uint32_t field, const std::string& value);

}  // namespace crimux
