#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include "vmruntime/streaming/server.h"

namespace crimux::vm::streaming {

// Commands that the tests run, by their first word:
//   echo       copies its input to its output
//   both       "out" to stdout, "err" to stderr
//   exit N     ends with that code
//   fail       throws Error "it is broken"
//   sizes      prints the sizes that it is told, until there are no more
//   flood N    prints N bytes
//   deaf       reads nothing, and doesn't end
// Attach is "echo". Port 1 refuses; port 2 says "welcome" and ends; port 3 is "deaf"; other ports
// echo.
class FakeHandlers final : public Handlers {
 public:
  Awaitable<int> Exec(const CommandRequest& request, CommandStreams streams) override;
  Awaitable<void> Attach(const CommandRequest& request, CommandStreams streams) override;
  Awaitable<void> PortForward(const std::string& sandbox_id, uint16_t port, InputStream& in,
                              OutputStream& out) override;

  std::atomic<int> running = 0;
  std::atomic<int64_t> flooded = 0;  // bytes that were taken
};

// A server with these, and the thread that runs it.
struct TestServer {
  explicit TestServer(StreamingConfig config = {}, SessionTimes times = {});
  ~TestServer();

  // Waits until no handler runs; false when that takes too long.
  bool BecomesQuiet() const;

  FakeHandlers handlers;
  boost::asio::io_context io{1};
  Server server;
  std::thread thread;
};

CommandRequest Request(std::vector<std::string> command, bool tty = false);

}  // namespace crimux::vm::streaming
