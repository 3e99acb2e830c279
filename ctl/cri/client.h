#pragma once

#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/v1/api.grpc.pb.h"

namespace crimux::ctl {

// What an error says of a call: "RunPodSandbox "default/web": …", and when the call is given up;
// without a time-out it waits for ever.
struct CallOptions {
  std::string_view operation;
  std::string object;
  std::optional<std::chrono::seconds> timeout = std::chrono::seconds(120);
};

// Blocking calls to one CRI socket. Any thread.
class CriClient {
 public:
  // `endpoint` is "unix:///path" or a path. Throws Error (INVALID_ARGUMENT) for anything else; the
  // connection is made by the first call.
  explicit CriClient(const std::string& endpoint);

  const std::string& endpoint() const { return endpoint_; }

  // Calls one method of the generated stubs:
  //   client.Call(&RuntimeStub::ListContainers, request, {"ListContainers"})
  // Throws Error with the code and message that came back, verbatim.
  template <typename Stub, typename Request, typename Response>
  Response Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                const Request& request, const CallOptions& options) {
    grpc::ClientContext context;
    SetDeadline(options, &context);
    Response response;
    Check((StubOf(static_cast<Stub*>(nullptr)).*method)(&context, request, &response), options);
    return response;
  }

 private:
  static void SetDeadline(const CallOptions& options, grpc::ClientContext* context);
  void Check(const grpc::Status& status, const CallOptions& options) const;

  runtime::v1::RuntimeService::Stub& StubOf(const runtime::v1::RuntimeService::Stub*) {
    return *runtime_;
  }
  runtime::v1::ImageService::Stub& StubOf(const runtime::v1::ImageService::Stub*) {
    return *images_;
  }

  std::string endpoint_;
  std::unique_ptr<runtime::v1::RuntimeService::Stub> runtime_;
  std::unique_ptr<runtime::v1::ImageService::Stub> images_;
};

using RuntimeStub = runtime::v1::RuntimeService::Stub;
using ImageStub = runtime::v1::ImageService::Stub;

}  // namespace crimux::ctl
