#include "proxy/front/listener.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/error.h"
#include "proxy/runtime/channel.h"

namespace crimux::proxy {

Listener::Listener(const std::filesystem::path& socket) : lock_(socket) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket.native(), grpc::InsecureServerCredentials());
  builder.RegisterAsyncGenericService(&service_);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_CHANNELZ, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  queue_ = builder.AddCompletionQueue();
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    throw Error(grpc::StatusCode::INTERNAL, "listen on", socket.native(),
                "the socket can't be made");
  }
  if (::chmod(socket.c_str(), 0660) != 0) {
    throw SystemError(errno, "set the mode of", socket.native());
  }
}

Listener::~Listener() = default;

void Listener::RequestCall(grpc::GenericServerContext* context,
                           grpc::GenericServerAsyncReaderWriter* stream, void* tag) {
  service_.RequestCall(context, stream, queue_.get(), queue_.get(), tag);
}

}  // namespace crimux::proxy
