#include "tests/vmruntime/exec/ssh_server.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "base/file.h"
#include "base/process.h"

namespace crimux::vm {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// A port that nobody has; somebody else may take it before the server does, though that is rare.
uint16_t FreePort() {
  asio::io_context io;
  tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0));
  return acceptor.local_endpoint().port();
}

bool Accepts(const tcp::endpoint& endpoint) {
  asio::io_context io;
  tcp::socket socket(io);
  boost::system::error_code error;
  socket.connect(endpoint, error);
  return !error;
}

}  // namespace

SshServer::SshServer(const std::string& public_line, const std::filesystem::path& host_key)
    : port_(FreePort()) {
  if (!std::filesystem::exists(host_key)) {
    RunProcess({.argv = {"dropbearkey", "-t", "ed25519", "-f", host_key.string()}});
  }
  std::filesystem::path keys = dir_.path() / "authorized_keys";
  WriteFileAtomically(keys, public_line + "\n");
  std::string port = "127.0.0.1:" + std::to_string(port_);
  std::array<std::string, 9> words = {"unshare",
                                      "--mount",
                                      "sh",
                                      "-c",
                                      "mount -t tmpfs -o mode=0700 home /root && mkdir -m 700 "
                                      "/root/.ssh && cp \"$0\" /root/.ssh/ && "
                                      "exec dropbear -F -s -r \"$1\" -p \"$2\" 2>/dev/null",
                                      keys.string(),
                                      host_key.string(),
                                      port};
  std::array<char*, 9> argv{};
  for (size_t i = 0; i + 1 < argv.size(); ++i) argv[i] = words[i].data();
  if (::posix_spawnp(&pid_, "unshare", nullptr, nullptr, argv.data(), environ) != 0) {
    throw std::runtime_error("cannot run unshare");
  }
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!Accepts(endpoint())) {
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("no SSH server");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

SshServer::~SshServer() { Stop(); }

tcp::endpoint SshServer::endpoint() const { return {asio::ip::make_address("127.0.0.1"), port_}; }

void SshServer::Stop() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

}  // namespace crimux::vm
