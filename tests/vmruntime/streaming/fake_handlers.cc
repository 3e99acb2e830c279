#include "tests/vmruntime/streaming/fake_handlers.h"

#include <fmt/format.h>
#include <poll.h>

#include <boost/asio/this_coro.hpp>

#include "base/error.h"
#include "base/io/waiting.h"

namespace crimux::vm::streaming {
namespace {

// Counts while it lives.
class Running {
 public:
  explicit Running(std::atomic<int>& count) : count_(count) { ++count_; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { --count_; }

 private:
  std::atomic<int>& count_;
};

Awaitable<void> Echo(InputStream& in, OutputStream& out) {
  for (;;) {
    std::string bytes = co_await in.Read();
    if (bytes.empty()) co_return;
    co_await out.Write(std::move(bytes));
  }
}

Awaitable<void> TellSizes(TerminalSizes& sizes, OutputStream& out) {
  while (auto size = co_await sizes.Next()) {
    co_await out.Write(fmt::format("{}x{} ", size->width, size->height));
  }
}

Awaitable<void> Flood(int64_t bytes, OutputStream& out, std::atomic<int64_t>& flooded) {
  while (flooded < bytes) {
    co_await out.Write(std::string(kPiece, 'x'));
    flooded += kPiece;
  }
}

Awaitable<void> Forever() {
  Signal never(co_await boost::asio::this_coro::executor);
  for (;;) co_await never.Wait();
}

}  // namespace

Awaitable<int> FakeHandlers::Exec(const CommandRequest& request, CommandStreams streams) {
  Running counted(running);
  const std::string& word = request.command.at(0);
  if (word == "echo") co_await Echo(*streams.in, *streams.out);
  if (word == "both") {
    co_await streams.out->Write("out");
    co_await streams.err->Write("err");
  }
  if (word == "exit") co_return std::stoi(request.command.at(1));
  if (word == "fail") throw Error(grpc::INTERNAL, "exec in", request.container_id, "it is broken");
  if (word == "sizes") co_await TellSizes(*streams.sizes, *streams.out);
  if (word == "flood") {
    co_await Flood(std::stoll(request.command.at(1)), *streams.out, flooded);
  }
  if (word == "deaf") co_await Forever();
  co_return 0;
}

Awaitable<void> FakeHandlers::Attach(const CommandRequest&, CommandStreams streams) {
  Running counted(running);
  co_await Echo(*streams.in, *streams.out);
}

Awaitable<void> FakeHandlers::PortForward(const std::string& sandbox_id, uint16_t port,
                                          InputStream& in, OutputStream& out) {
  Running counted(running);
  if (port == 1) throw Error(grpc::UNAVAILABLE, "connect to port 1 of", sandbox_id, "refused");
  if (port == 2) {
    co_await out.Write("welcome");
    co_return;
  }
  if (port == 3) co_await Forever();
  co_await Echo(in, out);
  co_await out.Close();
}

TestServer::TestServer(StreamingConfig config, SessionTimes times)
    : server(io, config, handlers, times), thread([this] { io.run(); }) {}

TestServer::~TestServer() {
  io.stop();
  thread.join();
}

bool TestServer::BecomesQuiet() const {
  auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (handlers.running > 0) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 5);
  }
  return true;
}

CommandRequest Request(std::vector<std::string> command, bool tty) {
  return {.container_id = "c",
          .command = std::move(command),
          .stdin = true,
          .stdout = true,
          .stderr = !tty,
          .tty = tty};
}

}  // namespace crimux::vm::streaming
