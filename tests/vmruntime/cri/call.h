#pragma once

#include <grpcpp/impl/codegen/proto_utils.h>

#include <string>

#include <catch2/catch.hpp>

#include "runtime/v1/api.pb.h"
#include "vmruntime/cri/dispatcher.h"

namespace crimux::vm {

// Calls `rpc` as a gRPC client would: messages to bytes and back.
template <typename Request, typename Response>
grpc::Status Call(const Dispatcher& dispatcher, const std::string& rpc, const Request& request,
                  Response& response) {
  grpc::ByteBuffer bytes;
  bool own = false;
  grpc::SerializationTraits<Request>::Serialize(request, &bytes, &own);
  grpc::ByteBuffer answer;
  grpc::Status status =
      dispatcher.Call("/runtime.v1.RuntimeService/" + rpc, CallContext(), bytes, &answer);
  if (!status.ok()) return status;
  return grpc::SerializationTraits<Response>::Deserialize(&answer, &response);
}

// The same for a call that must succeed.
template <typename Response, typename Request>
Response CallOk(const Dispatcher& dispatcher, const std::string& rpc, const Request& request) {
  Response response;
  grpc::Status status = Call(dispatcher, rpc, request, response);
  INFO(rpc << ": " << status.error_message());
  REQUIRE(status.ok());
  return response;
}

}  // namespace crimux::vm
