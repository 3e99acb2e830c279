#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/streaming/byte_stream.h"

namespace crimux::vm::streaming {

struct TerminalSize {
  uint16_t width = 0;   // columns
  uint16_t height = 0;  // rows

  bool operator==(const TerminalSize&) const = default;
};

// The sizes that the client's terminal takes, one after the other.
class TerminalSizes {
 public:
  virtual ~TerminalSizes() = default;

  // The latest size, once it is another one than the last; nullopt: none will come any more.
  virtual Awaitable<std::optional<TerminalSize>> Next() = 0;
};

// What CRI's ExecRequest and AttachRequest ask for.
struct CommandRequest {
  std::string container_id;
  std::vector<std::string> command;  // of exec
  bool stdin = false;
  bool stdout = false;
  bool stderr = false;  // never together with tty
  bool tty = false;
};

struct PortForwardRequest {
  std::string sandbox_id;
  // For WebSocket clients of the old kind, which name no ports themselves.
  std::vector<uint16_t> ports;
};

// The streams of one exec or attach; those that were not asked for are null.
struct CommandStreams {
  InputStream* in = nullptr;
  OutputStream* out = nullptr;
  OutputStream* err = nullptr;
  TerminalSizes* sizes = nullptr;  // with a tty only
};

// What the clients of a streaming server reach. The handlers know nothing of SPDY and WebSocket.
// They run on the server's io thread, and must not block it. What they throw is told to the client,
// an Error in its own words. When the client goes away, they are cancelled where they wait.
class Handlers {
 public:
  virtual ~Handlers() = default;

  // Runs the command to its end; its exit code. The server closes the streams behind it.
  virtual Awaitable<int> Exec(const CommandRequest& request, CommandStreams streams) = 0;
  // Returns when the container ends.
  virtual Awaitable<void> Attach(const CommandRequest& request, CommandStreams streams) = 0;
  // One connection to a port of the pod: copies both ways, and closes `out` when the pod's end is
  // reached. An Error before the first byte means that the port can't be reached.
  virtual Awaitable<void> PortForward(const std::string& sandbox_id, uint16_t port, InputStream& in,
                                      OutputStream& out) = 0;
};

}  // namespace crimux::vm::streaming
