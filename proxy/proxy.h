#pragma once

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/call_context.h"
#include "config/config.h"

namespace crimux::proxy {

// Answers unary CRI calls of a runtime that lives in this process. `method_path` is
// "/runtime.v1.RuntimeService/RunPodSandbox" and the like; a path it does not know gets
// UNIMPLEMENTED. Called on worker threads, many at once; may block. An OK without a response set is
// an empty message.
using EmbeddedHandler =
    std::function<grpc::Status(std::string_view method_path, const CallContext& context,
                               const grpc::ByteBuffer& request, grpc::ByteBuffer* response)>;

// Loads a config, hands it to `apply` (Proxy::Reload) and says what came of it; throws what loading
// and applying throw.
using ReloadHandler =
    std::function<std::string(const std::function<std::string(const Config&)>& apply)>;

// Sends one message of a stream. Blocks while the client is busy with the one before; false when
// the caller has gone, and the handler had better return.
using EmbeddedWriter = std::function<bool(const grpc::ByteBuffer& message)>;

// Answers server-streaming CRI calls: writes messages, and ends the stream by returning. It has a
// worker thread to itself, as long as it likes. UNIMPLEMENTED for a path it does not know; for a
// list, its unary method is asked then.
using EmbeddedStreamHandler =
    std::function<grpc::Status(std::string_view method_path, const CallContext& context,
                               const grpc::ByteBuffer& request, const EmbeddedWriter& write)>;

// A runtime that lives in this process.
struct EmbeddedService {
  // Without a stream handler it has no streams.
  EmbeddedService(EmbeddedHandler calls, EmbeddedStreamHandler streams = nullptr)  // NOLINT
      : call(std::move(calls)), stream(std::move(streams)) {}

  EmbeddedHandler call;
  EmbeddedStreamHandler stream;
};

// The proxy: one CRI endpoint in front of all runtimes of a config, and the status socket.
class Proxy {
 public:
  // Takes the socket's lock, listens on both sockets. `embedded` has a service for each runtime of
  // the config that has no endpoint, by name. `on_reload` serves POST /reload of the status socket,
  // on that socket's thread, from the first moment on. Throws Error (FAILED_PRECONDITION) when
  // another crimuxd holds the socket, (INTERNAL) when a socket can't be made.
  Proxy(const Config& config, std::map<std::string, EmbeddedService> embedded,
        ReloadHandler on_reload = nullptr);
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  // Serves until Stop, then refuses new calls and gives those in flight the config's drain_timeout.
  // The calling thread becomes the front thread. To be called once.
  void Run();

  // Goes over to another config, without dropping what is in flight, and says what has changed:
  // routes, runtimes (one with the same endpoint keeps its connection), their settings, and what
  // the proxy itself takes from the top level. All of it or nothing: throws Error
  // (FAILED_PRECONDITION) for what can't change while it runs, and names the key; (UNAVAILABLE)
  // when it has stopped. Any thread but the front thread, while another is in Run or will be: it
  // waits for it.
  std::string Reload(const Config& config);

  // Ends Run. Any thread, any number of times; not from a signal handler.
  void Stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crimux::proxy
