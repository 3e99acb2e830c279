#include <chrono>

#include "base/error.h"
#include "ctl/vnc/handshakes.h"
#include "ctl/vnc/password.h"
#include "ctl/vnc/rfb.h"

namespace crimux::ctl {
namespace {

using namespace std::string_literals;
using ViewerSocket = boost::asio::ip::tcp::socket;

constexpr std::chrono::seconds kPenalty{1};
// VNC authentication is type 2.
const std::string kSecurityTypes = "\1\2"s;
const std::string kSecurityType33 = "\0\0\0\2"s;
const std::string kOk = "\0\0\0\0"s;
const std::string kFailed = "\0\0\0\1"s;

Error Denied(std::string_view cause) {
  return {grpc::StatusCode::PERMISSION_DENIED, "let VNC viewer in", "", cause};
}

// The minor version of protocol 3; what is neither 3.7 nor later counts as 3.3, as the RFC has it.
int MinorOf(const std::string& version) {
  if (!version.starts_with("RFB 003.")) throw Denied("it speaks no RFB 3");
  if (version >= kRfbVersion) return 8;
  return version.starts_with("RFB 003.007") ? 7 : 3;
}

Awaitable<void> AgreeOnPassword(ViewerSocket& viewer, int minor) {
  if (minor == 3) {
    co_await Write(viewer, kSecurityType33);
    co_return;
  }
  co_await Write(viewer, kSecurityTypes);
  std::string chosen = co_await Read(viewer, 1);
  if (chosen != "\2") throw Denied("it doesn't ask for a password");
}

Awaitable<void> Refuse(ViewerSocket& viewer, int minor) {
  co_await Sleep(kPenalty);
  std::string answer = kFailed;
  if (minor == 8) answer += "\0\0\0\x0ewrong password"s;
  co_await Write(viewer, answer);
  throw Denied("wrong password");
}

}  // namespace

Awaitable<void> WelcomeViewer(ViewerSocket& viewer, const std::string& password) {
  co_await Write(viewer, kRfbVersion);
  std::string version = co_await Read(viewer, kRfbVersion.size());
  int minor = MinorOf(version);
  co_await AgreeOnPassword(viewer, minor);
  std::string challenge = RandomChallenge();
  co_await Write(viewer, challenge);
  std::string response = co_await Read(viewer, kChallengeSize);
  if (!SameSecret(response, ResponseTo(challenge, password))) co_await Refuse(viewer, minor);
  co_await Write(viewer, kOk);
  co_await Read(viewer, 1);
}

}  // namespace crimux::ctl
