#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/error.h"
#include "ctl/vnc/handshakes.h"

namespace crimux::ctl {
namespace {

namespace asio = boost::asio;
using ServerSocket = asio::local::stream_protocol::socket;

constexpr const char* kOurVersion = "RFB 003.008\n";
constexpr char kNoSecurity = 1;
constexpr char kShared = 1;

Awaitable<std::string> Read(ServerSocket& server, size_t size) {
  std::string bytes(size, '\0');
  co_await asio::async_read(server, asio::buffer(bytes), asio::use_awaitable);
  co_return bytes;
}

Awaitable<void> Write(ServerSocket& server, const std::string& bytes) {
  co_await asio::async_write(server, asio::buffer(bytes), asio::use_awaitable);
}

Error Unfit(std::string_view cause) {
  return {grpc::StatusCode::FAILED_PRECONDITION, "greet VNC server", "", cause};
}

}  // namespace

Awaitable<void> GreetServer(ServerSocket& server) {
  std::string version = kOurVersion;
  std::string theirs = co_await Read(server, version.size());
  if (theirs != version) throw Unfit("it speaks no RFB 3.8");
  co_await Write(server, version);
  std::string count = co_await Read(server, 1);
  std::string types = co_await Read(server, static_cast<unsigned char>(count.front()));
  if (types.find(kNoSecurity) == std::string::npos) throw Unfit("it asks for a password");
  std::string choice(1, kNoSecurity);
  co_await Write(server, choice);
  std::string result = co_await Read(server, 4);
  if (result != std::string(4, '\0')) throw Unfit("it lets nobody in");
  std::string init(1, kShared);
  co_await Write(server, init);
}

}  // namespace crimux::ctl
