#include "base/error.h"
#include "ctl/vnc/handshakes.h"
#include "ctl/vnc/rfb.h"

namespace crimux::ctl {
namespace {

using ServerSocket = boost::asio::local::stream_protocol::socket;

constexpr char kNoSecurity = 1;
constexpr char kShared = 1;

Error Unfit(std::string_view cause) {
  return {grpc::StatusCode::FAILED_PRECONDITION, "greet VNC server", "", cause};
}

}  // namespace

Awaitable<void> GreetServer(ServerSocket& server) {
  std::string theirs = co_await Read(server, kRfbVersion.size());
  if (theirs != kRfbVersion) throw Unfit("it speaks no RFB 3.8");
  co_await Write(server, kRfbVersion);
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
