#include "ctl/cri/client.h"

#include <fmt/format.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "base/code_name.h"
#include "base/error.h"

namespace crimux::ctl {
namespace {

// As much as the kubelet takes.
constexpr int kLargestMessage = 16 << 20;

std::string WithScheme(const std::string& endpoint) {
  std::string path = endpoint.starts_with("unix://") ? endpoint.substr(7) : endpoint;
  if (!path.starts_with('/')) {
    throw Error(grpc::StatusCode::INVALID_ARGUMENT, "use runtime endpoint", endpoint,
                "must be \"unix://\" and an absolute path");
  }
  return "unix://" + path;
}

std::shared_ptr<grpc::Channel> Connect(const std::string& endpoint) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kLargestMessage);
  return grpc::CreateCustomChannel(endpoint, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

CriClient::CriClient(const std::string& endpoint) : endpoint_(WithScheme(endpoint)) {
  std::shared_ptr<grpc::Channel> channel = Connect(endpoint_);
  runtime_ = runtime::v1::RuntimeService::NewStub(channel);
  images_ = runtime::v1::ImageService::NewStub(channel);
}

void CriClient::SetDeadline(const CallOptions& options, grpc::ClientContext* context) {
  if (!options.timeout) return;
  context->set_deadline(std::chrono::system_clock::now() + *options.timeout);
}

void CriClient::Check(const grpc::Status& status, const CallOptions& options) const {
  if (status.ok()) return;
  throw Error(status.error_code(), options.operation,
              options.object.empty() ? endpoint_ : options.object,
              fmt::format("{}: {}", CodeName(status.error_code()), status.error_message()));
}

}  // namespace crimux::ctl
