#include "proxy/runtime/channel.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace crimux::proxy {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using std::chrono::system_clock;

// Between attempts; doubled from the first to the last.
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{500};
// What listens but is busy may take as long to answer.
constexpr std::chrono::seconds kAttempt{5};
// A connection that was up for as long is tried again at once.
constexpr std::chrono::seconds kLasting{1};

std::filesystem::path PathOf(std::string_view endpoint) {
  constexpr std::string_view kScheme = "unix://";
  if (endpoint.starts_with(kScheme)) endpoint.remove_prefix(kScheme.size());
  return endpoint;
}

// Empty, with errno set, when there is nobody. A socket whose queue is full answers EAGAIN.
UniqueFd Connect(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof(address.sun_path)) {
    errno = ENAMETOOLONG;
    return UniqueFd();
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size() + 1);
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  bool connected =
      fd && ::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  if (!connected) return UniqueFd();
  return fd;
}

}  // namespace

Channel::Channel(Loop& loop, const std::string& endpoint, Changed changed)
    : loop_(loop), path_(PathOf(endpoint)), changed_(std::move(changed)), pause_(kFirstPause) {
  TryAfter(milliseconds(0));
}

Channel::~Channel() {
  if (connection_ != nullptr) connection_->Close();
  for (auto& leaving : leaving_) {
    if (auto connection = leaving.lock()) connection->Close();
  }
}

void Channel::Await(ChannelWaiter& waiter) {
  if (state_ == State::kUp && connection_->IsSpent()) {
    connection_->GoAway();
    Lost("it has taken all the calls that one connection can");
  }
  if (state_ == State::kUp) return waiter.Connected(connection_.get(), "");
  waiters_.push_back(waiter);
  // Not from inside a call of who asks.
  if (state_ == State::kDown) {
    tell_ = Timer(loop_, system_clock::time_point(), [this] { TellWaiters(); });
  }
}

void Channel::Try() {
  UniqueFd socket = Connect(path_);
  if (!socket) return Fail(std::strerror(errno));
  // First, so that there is another attempt whatever becomes of this one.
  timer_ = Timer(loop_, system_clock::now() + kAttempt, [this] {
    if (auto connection = std::exchange(connection_, nullptr)) connection->Close();
    Fail("it doesn't answer");
  });
  connection_ = http2::Connection::Connect(loop_, std::move(socket), Heard());
}

// Connections that have been left go on speaking.
http2::Connection::Events Channel::Heard() {
  using http2::Connection;
  Connection::Events events;
  events.settled = [this](Connection& connection) {
    if (&connection == connection_.get()) Settled();
  };
  events.going_away = [this](Connection& connection) {
    if (&connection == connection_.get()) Lost("it is going away");
  };
  events.closed = [this](Connection& connection, const std::string& reason) {
    if (&connection == connection_.get()) Lost(reason);
  };
  return events;
}

void Channel::Fail(const std::string& reason) {
  TryAfter(pause_);
  Become(State::kDown, reason);
}

void Channel::Settled() {
  if (state_ == State::kUp) return;
  timer_.Cancel();
  up_since_ = steady_clock::now();
  Become(State::kUp, "");
}

void Channel::Lost(const std::string& reason) {
  bool was_up = state_ == State::kUp;
  if (auto connection = std::exchange(connection_, nullptr)) leaving_.push_back(connection);
  std::erase_if(leaving_, [](const auto& leaving) { return leaving.expired(); });
  if (!was_up) return Fail(reason);
  // It may be back already; if not, the next attempt tells. One that is lost again and again is not
  // tried without a pause.
  bool lasted = steady_clock::now() - up_since_ > kLasting;
  if (lasted) pause_ = kFirstPause;
  TryAfter(lasted ? milliseconds(0) : pause_);
  Become(State::kConnecting, reason);
}

void Channel::TryAfter(milliseconds pause) {
  timer_ = Timer(loop_, system_clock::now() + pause, [this] { Try(); });
  if (pause > milliseconds(0)) pause_ = std::min(pause_ * 2, kLongestPause);
}

void Channel::Become(State state, const std::string& reason) {
  state_ = state;
  reason_ = reason;
  changed_(state, reason);
  if (state != State::kConnecting) TellWaiters();
}

void Channel::TellWaiters() {
  // Those that come meanwhile are told the next time. Who is told may destroy the channel.
  auto waiters = std::move(waiters_);
  auto connection = state_ == State::kUp ? connection_ : nullptr;
  const std::string reason = reason_;
  while (!waiters.empty()) {
    ChannelWaiter& waiter = waiters.front();
    waiters.pop_front();
    try {
      waiter.Connected(connection.get(), reason);
    } catch (...) {
      LogStrayException();
    }
  }
}

}  // namespace crimux::proxy
