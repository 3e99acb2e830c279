#include "vmruntime/console/shared_console.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace crimux::vm {
namespace {

namespace asio = boost::asio;

// By how much a reader may fall behind.
constexpr size_t kBehind = 256 << 10;
constexpr size_t kPiece = 32 << 10;
// Until a connection is tried again: QEMU makes its socket a moment after the console is followed.
constexpr std::chrono::milliseconds kRetry{200};
// How long a machine that has ended may keep its console open.
constexpr std::chrono::seconds kLastWords{2};

std::string Missed(uint64_t bytes) {
  return fmt::format("\r\n[{} bytes are left out here, since they were not read in time]\r\n",
                     bytes);
}

}  // namespace

SharedConsole::SharedConsole(const asio::any_io_executor& executor, const SharedConsoleSpec& spec)
    : executor_(executor),
      spec_(spec),
      ring_(spec.scrollback + kBehind),
      socket_(executor),
      changed_(executor) {}

void SharedConsole::Start() { asio::co_spawn(executor_, Run(shared_from_this()), asio::detached); }

void SharedConsole::MachineEnded() {
  if (std::exchange(ending_, true)) return;
  changed_.Notify();
  asio::co_spawn(executor_, HangUpLater(shared_from_this()), asio::detached);
}

Awaitable<void> SharedConsole::HangUpLater(std::shared_ptr<SharedConsole> self) {
  co_await Race(self->WaitForEnd(), Sleep(kLastWords));
  self->socket_.close();
}

Awaitable<void> SharedConsole::Run(std::shared_ptr<SharedConsole> self) {
  for (;;) {
    boost::system::error_code error;
    co_await self->socket_.async_connect(self->spec_.socket.native(),
                                         asio::redirect_error(asio::use_awaitable, error));
    if (!error) co_await self->ReadConnection();
    self->socket_.close(error);
    if (self->ending_) break;
    co_await Race(Sleep(kRetry), self->changed_.Wait());
  }
  self->ended_ = true;
  self->changed_.Notify();
}

Awaitable<void> SharedConsole::ReadConnection() {
  connected_ = true;
  changed_.Notify();
  std::array<char, kPiece> buffer;
  for (;;) {
    boost::system::error_code ended;
    size_t length = co_await socket_.async_read_some(
        asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, ended));
    if (ended) break;
    ring_.Append(std::string_view(buffer.data(), length));
    changed_.Notify();
  }
  connected_ = false;
}

uint64_t SharedConsole::Beginning() const {
  uint64_t scrollback = std::min<uint64_t>(spec_.scrollback, ring_.end() - ring_.begin());
  return ring_.end() - scrollback;
}

Awaitable<std::string> SharedConsole::Read(uint64_t* at) {
  while (*at == ring_.end() && !ended_) co_await changed_.Wait();
  std::string bytes;
  if (*at < ring_.begin()) {
    bytes = Missed(ring_.begin() - *at);
    *at = ring_.begin();
  } else {
    bytes = ring_.Read(*at, kPiece);
    *at += bytes.size();
  }
  co_return bytes;
}

Awaitable<void> SharedConsole::Write(std::string bytes) {
  co_await WaitToWrite();
  // Holds the place of the writer, also when it is cancelled.
  struct Turn {
    SharedConsole& console;
    explicit Turn(SharedConsole& shared) : console(shared) { console.writing_ = true; }
    ~Turn() {
      console.writing_ = false;
      console.changed_.Notify();
    }
  } turn(*this);
  boost::system::error_code ignored;
  // A connection that breaks is noticed by who reads it.
  co_await asio::async_write(socket_, asio::buffer(bytes),
                             asio::redirect_error(asio::use_awaitable, ignored));
}

Awaitable<void> SharedConsole::WaitToWrite() {
  while ((writing_ || !connected_) && !ended_) co_await changed_.Wait();
  if (ended_) throw boost::system::system_error(asio::error::broken_pipe);
}

Awaitable<void> SharedConsole::WaitForEnd() {
  while (!ended_) co_await changed_.Wait();
}

}  // namespace crimux::vm
