#pragma once

#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/call_context.h"
#include "base/error.h"

namespace crimux::vm {

// Finds the handler of an RPC by its name, parses its request and serializes its response. An
// exception becomes the gRPC status it carries, here and nowhere else. Filled before the first
// Call; then any thread.
class Dispatcher {
 public:
  // `handler` reads the request and fills the response. It throws Error to fail.
  template <typename Request, typename Response>
  void Add(const std::string& rpc,
           std::function<void(const Request&, Response&, const CallContext&)> handler) {
    handlers_[rpc] = [handler = std::move(handler)](const CallContext& context,
                                                    const grpc::ByteBuffer& bytes,
                                                    grpc::ByteBuffer* answer) {
      Request request;
      grpc::ByteBuffer copy = bytes;
      grpc::Status parsed = grpc::SerializationTraits<Request>::Deserialize(&copy, &request);
      if (!parsed.ok()) return Malformed(parsed);
      Response response;
      handler(request, response, context);
      bool own_buffer = false;
      return grpc::SerializationTraits<Response>::Serialize(response, answer, &own_buffer);
    };
  }

  // `path`: "/runtime.v1.RuntimeService/Version"; the package may be runtime.v1alpha2 as well,
  // whose messages are the same. An RPC that nobody added: UNIMPLEMENTED.
  grpc::Status Call(std::string_view path, const CallContext& context,
                    const grpc::ByteBuffer& request, grpc::ByteBuffer* response) const;

 private:
  using Handler =
      std::function<grpc::Status(const CallContext&, const grpc::ByteBuffer&, grpc::ByteBuffer*)>;

  static grpc::Status Malformed(const grpc::Status& why);

  std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace crimux::vm
