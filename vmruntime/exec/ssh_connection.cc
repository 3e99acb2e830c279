#include "vmruntime/exec/ssh_connection.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

namespace asio = boost::asio;
using grpc::StatusCode;

constexpr std::string_view kLogIn = "log in to guest as";

std::string Fingerprint(ssh_session session) {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(session, &key) != SSH_OK) return "";
  unsigned char* hash = nullptr;
  size_t length = 0;
  int result = ssh_get_publickey_hash(key, SSH_PUBLICKEY_HASH_SHA256, &hash, &length);
  ssh_key_free(key);
  if (result != SSH_OK) return "";
  char* text = ssh_get_fingerprint_hash(SSH_PUBLICKEY_HASH_SHA256, hash, length);
  std::string fingerprint = text == nullptr ? "" : text;
  ssh_string_free_char(text);
  ssh_clean_pubkey_hash(&hash);
  return fingerprint;
}

}  // namespace

struct SshConnection::Wire {
  Wire(const asio::any_io_executor& executor, int fd) : descriptor(executor, fd), came(executor) {}
  void Tell() {
    ++news;
    came.Notify();
  }

  asio::posix::stream_descriptor descriptor;
  uint64_t news = 0;
  Signal came;
  bool flushing = false;
};

// libssh owns the socket itself; what waits for it is a duplicate.
SshConnection::SshConnection(asio::ip::tcp::socket socket)
    : session_(ssh_new()), event_(ssh_event_new()) {
  asio::any_io_executor executor = socket.get_executor();
  int fd = socket.release();
  wire_ = std::make_shared<Wire>(executor, ::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  ssh_options_set(session_, SSH_OPTIONS_FD, &fd);
  ssh_set_blocking(session_, 0);
  ssh_set_counters(session_, nullptr, &counter_);
}

// Whoever waits for the wire learns of the end from its descriptor.
SshConnection::~SshConnection() {
  ssh_event_remove_session(event_, session_);
  ssh_event_free(event_);
  if (Alive()) ssh_silent_disconnect(session_);
  ssh_free(session_);
  boost::system::error_code ignored;
  wire_->descriptor.close(ignored);
}

Awaitable<std::shared_ptr<SshConnection>> SshConnection::Open(asio::ip::tcp::socket socket,
                                                              const SshLogin& login) {
  auto executor = co_await asio::this_coro::executor;
  std::shared_ptr<SshConnection> connection(new SshConnection(std::move(socket)));
  // No file of the node's root has a say: neither its known hosts nor its configuration.
  int no = 0;
  ssh_options_set(connection->session_, SSH_OPTIONS_PROCESS_CONFIG, &no);
  ssh_options_set(connection->session_, SSH_OPTIONS_HOST, "guest");
  ssh_options_set(connection->session_, SSH_OPTIONS_USER, login.user.c_str());
  asio::co_spawn(executor, Watch(connection->wire_, connection), asio::detached);
  co_await connection->LogIn(login);
  co_return connection;
}

Awaitable<void> SshConnection::LogIn(const SshLogin& login) {
  int result = co_await Do([this] { return ssh_connect(session_); });
  if (result != SSH_OK) throw Error(StatusCode::UNAVAILABLE, kLogIn, login.user, LastError());
  ssh_event_add_session(event_, session_);
  CheckHostKey(login.host_key_file);
  result = co_await Do([&] {
    int auth = ssh_userauth_publickey(session_, nullptr, login.key);
    return auth == SSH_AUTH_AGAIN ? SSH_AGAIN : auth;
  });
  if (result == SSH_AUTH_SUCCESS) co_return;
  if (!Alive()) throw Error(StatusCode::UNAVAILABLE, kLogIn, login.user, LastError());
  throw Error(StatusCode::PERMISSION_DENIED, kLogIn, login.user, "it refuses the key");
}

void SshConnection::CheckHostKey(const std::filesystem::path& file) const {
  std::string seen = Fingerprint(session_);
  if (!std::filesystem::exists(file)) return WriteFileAtomically(file, seen);
  std::string known = ReadFile(file);
  if (known == seen) return;
  throw Error(StatusCode::FAILED_PRECONDITION, "trust the guest's host key", seen,
              fmt::format("it was {} when this VM was first entered", known));
}

bool SshConnection::Alive() const {
  return ssh_is_connected(session_) == 1 &&
         (ssh_get_status(session_) & (SSH_CLOSED | SSH_CLOSED_ERROR)) == 0;
}

uint64_t SshConnection::News() const { return wire_->news; }

Awaitable<void> SshConnection::WaitForNews(uint64_t seen) {
  while (wire_->news == seen) co_await wire_->came.Wait();
}

Awaitable<int> SshConnection::Do(std::function<int()> call) {
  for (;;) {
    uint64_t seen = News();
    int result = call();
    Turned();
    if (result != SSH_AGAIN) co_return result;
    co_await WaitForNews(seen);
  }
}

// Whatever came in may be what somebody else waits for.
void SshConnection::Turned() {
  if (std::exchange(packets_seen_, counter_.in_packets) != counter_.in_packets) {
    wire_->Tell();
  }
  bool blocked = (ssh_get_poll_flags(session_) & SSH_WRITE_PENDING) != 0;
  if (!blocked || wire_->flushing) return;
  wire_->flushing = true;
  asio::co_spawn(wire_->descriptor.get_executor(), Flush(wire_, weak_from_this()), asio::detached);
}

Awaitable<void> SshConnection::Watch(std::shared_ptr<Wire> wire,
                                     std::weak_ptr<SshConnection> connection) {
  for (;;) {
    boost::system::error_code error;
    co_await wire->descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                         asio::redirect_error(asio::use_awaitable, error));
    std::shared_ptr<SshConnection> self = connection.lock();
    if (error || !self) co_return;
    self->TakeIn();
    wire->Tell();
    if (!self->Alive()) co_return;
  }
}

Awaitable<void> SshConnection::Flush(std::shared_ptr<Wire> wire,
                                     std::weak_ptr<SshConnection> connection) {
  boost::system::error_code error;
  co_await wire->descriptor.async_wait(asio::posix::stream_descriptor::wait_write,
                                       asio::redirect_error(asio::use_awaitable, error));
  wire->flushing = false;
  std::shared_ptr<SshConnection> self = connection.lock();
  if (error || !self) co_return;
  self->TakeIn();
  wire->Tell();
}

// Until it is logged in, the call that is being made again takes in what has come.
void SshConnection::TakeIn() {
  ssh_event_dopoll(event_, 0);
  Turned();
}

}  // namespace crimux::vm
