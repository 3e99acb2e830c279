// What comes in on the status socket: a real server, a connection for each input.
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/fd.h"
#include "proxy/status/status_server.h"
#include "tests/fuzz/target.h"
#include "tests/temporary_dir.h"

namespace crimux::fuzz {
namespace {

void Echo(const proxy::StatusRequest& request, const proxy::StatusServer::Answer& answer) {
  answer({.code = 200, .content_type = "text/plain", .body = request.target + request.body});
}

UniqueFd Connect() {
  static const TemporaryDir folder;
  static const std::filesystem::path path = folder.path() / "s";
  static const proxy::StatusServer server(path, Echo);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  UniqueFd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(connection.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  int connected =
      ::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address));
  Require(connected == 0, "the server is there");
  return connection;
}

// Whatever is sent, the server ends the connection, and says nothing but HTTP.
void Check(std::string_view bytes) {
  UniqueFd connection = Connect();
  // It may hang up before it has all.
  (void)::send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  ::shutdown(connection.get(), SHUT_WR);
  std::string reply;
  char buffer[4096];
  ssize_t got = 0;
  do {
    got = ::recv(connection.get(), buffer, sizeof(buffer), 0);
    if (got > 0) reply.append(buffer, static_cast<size_t>(got));
    // libFuzzer has a timer that interrupts.
  } while (got > 0 || (got < 0 && errno == EINTR));
  Require(got == 0 || errno == ECONNRESET, "the server ends the connection");
  Require(reply.empty() || reply.starts_with("HTTP/1."), "an answer is HTTP");
}

}  // namespace

std::vector<std::string> Seeds() {
  return {"GET /status HTTP/1.1\r\nHost: crimux\r\n\r\n",
          "POST /explain HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}",
          "POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
          "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.0\r\n\r\n"};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  crimux::fuzz::Check(crimux::fuzz::Text(data, size));
  return 0;
}
