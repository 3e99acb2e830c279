#include "tests/bench/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <algorithm>
#include <numeric>

namespace crimux::bench {
namespace {

constexpr int kMaxMessageBytes = 16 << 20;

std::shared_ptr<grpc::Channel> ChannelTo(const std::string& socket) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("unix:" + socket, grpc::InsecureChannelCredentials(), arguments);
}

std::string PathOf(std::string_view method) {
  bool image = method.find("Image") != std::string_view::npos;
  return std::string("/runtime.v1.") + (image ? "ImageService/" : "RuntimeService/") +
         std::string(method);
}

// Field 1, a string shorter than 128 bytes.
std::string RequestWith(const std::string& id) {
  return id.empty() ? "" : std::string("\x0a") + static_cast<char>(id.size()) + id;
}

}  // namespace

Client::Client(const std::string& socket) : stub_(ChannelTo(socket)) {}

Client::~Client() { queue_.Shutdown(); }

std::chrono::nanoseconds Client::Call(std::string_view method, const std::string& id) {
  return CallWith(method, RequestWith(id));
}

std::chrono::nanoseconds Client::CallWith(std::string_view method, const std::string& bytes) {
  grpc::Slice slice(bytes);
  grpc::ByteBuffer request(&slice, 1);
  std::string path = PathOf(method);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  grpc::ByteBuffer response;
  grpc::Status status;
  auto begin = std::chrono::steady_clock::now();
  auto call = stub_.PrepareUnaryCall(&context, path, request, &queue_);
  call->StartCall();
  call->Finish(&response, &status, this);
  void* tag = nullptr;
  bool ok = false;
  queue_.Next(&tag, &ok);
  auto end = std::chrono::steady_clock::now();
  if (!status.ok()) ++failed_;
  return end - begin;
}

Figures FiguresOf(std::vector<std::chrono::nanoseconds> durations) {
  std::sort(durations.begin(), durations.end());
  auto at = [&](double share) {
    auto index = static_cast<size_t>(share * static_cast<double>(durations.size()));
    return static_cast<double>(durations[std::min(index, durations.size() - 1)].count()) / 1000;
  };
  auto sum = std::accumulate(durations.begin(), durations.end(), std::chrono::nanoseconds(0));
  return {.mean = static_cast<double>(sum.count()) / 1000 / static_cast<double>(durations.size()),
          .p50 = at(0.5),
          .p99 = at(0.99),
          .max = static_cast<double>(durations.back().count()) / 1000};
}

}  // namespace crimux::bench
