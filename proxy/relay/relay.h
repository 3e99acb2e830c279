#pragma once

#include <memory>
#include <string>

#include "config/config.h"

namespace crimux::proxy {

// Serves streams (exec, attach, port-forward) in the place of runtimes whose URLs the kubelet can't
// use: each URL of theirs becomes one of ours, and who comes with that is connected to the runtime,
// byte for byte, whatever they speak. All connections are coroutines of one thread, which is there
// once a runtime wants it.
class Relay {
 public:
  explicit Relay(StreamServerConfig config);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  // Breaks off what is relayed.
  ~Relay();

  // Listens; once it does, nothing more. Front thread. Throws Error (FAILED_PRECONDITION) when the
  // address can't be had.
  void Open();
  // Our URL, for one use within a minute, for the URL that a runtime answered. After Open; any
  // thread. Throws Error: INTERNAL when that is no URL of a stream, RESOURCE_EXHAUSTED when too
  // many wait for their use.
  std::string UrlFor(const std::string& runtime_url);

 private:
  class Impl;

  StreamServerConfig config_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace crimux::proxy
