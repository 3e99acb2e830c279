#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/config.h"
#include "proxy/reload/reload_handler.h"
#include "proxy/runtime/embedded_service.h"

namespace crimux::proxy {

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
