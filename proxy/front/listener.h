#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>

#include <filesystem>
#include <memory>

#include "proxy/front/socket_lock.h"

namespace crimux::proxy {

// The gRPC server: listens on the CRI socket (mode 0660) and accepts every method, as bytes.
class Listener {
 public:
  // Throws Error when the socket is another's or can't be made.
  explicit Listener(const std::filesystem::path& socket);
  ~Listener();

  // The queue that calls arrive on; somebody has to drive it. The server leaves it last.
  grpc::CompletionQueue& queue() { return *queue_; }

  // Asks for one more call; see AsyncGenericService.
  void RequestCall(grpc::GenericServerContext* context,
                   grpc::GenericServerAsyncReaderWriter* stream, void* tag);

  // Refuses new calls, and at the deadline cancels those in flight. Blocks until there are none.
  // Not on the thread that drives the queue.
  void Shutdown(std::chrono::system_clock::time_point deadline) { server_->Shutdown(deadline); }

 private:
  SocketLock lock_;
  grpc::AsyncGenericService service_;
  std::unique_ptr<grpc::ServerCompletionQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace crimux::proxy
