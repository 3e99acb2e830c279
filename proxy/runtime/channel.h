#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/self_list.h"
#include "proxy/http2/connection.h"
#include "proxy/loop/timer.h"

namespace crimux::proxy {

// Who waits for a channel to have a connection, or to know that there is none. Its destruction ends
// the wait.
class ChannelWaiter : public SelfListHook {
 public:
  // On the front thread. `connection` is nullptr when there is none, for that reason.
  virtual void Connected(http2::Connection* connection, const std::string& reason) = 0;

 protected:
  ~ChannelWaiter() = default;
};

// The way to a runtime's socket: one connection, made anew when it is lost. Front thread.
//
//   connecting -> up -> connecting (lost) …
//   connecting -> down -> up, tried each half second
//
// A socket is up once its server has told its settings: others may listen and never answer.
class Channel {
 public:
  enum class State { kConnecting, kUp, kDown };
  // On the front thread. `reason` is why it is not up.
  using Changed = std::function<void(State state, const std::string& reason)>;

  // "unix:///path". Connects at once.
  Channel(Loop& loop, const std::string& endpoint, Changed changed);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  // Calls that go on are lost. Who waits hears nothing.
  ~Channel();

  State state() const { return state_; }
  // Why it is down; where it is.
  const std::string& reason() const { return reason_; }

  // Has the waiter told, now when it is up, else later: once it is known whether it will be.
  void Await(ChannelWaiter& waiter);

 private:
  void Try();
  void TryAfter(std::chrono::milliseconds pause);
  http2::Connection::Events Heard();
  void Fail(const std::string& reason);
  void Settled();
  void Lost(const std::string& reason);
  void TellWaiters();
  void Become(State state, const std::string& reason);

  Loop& loop_;
  std::filesystem::path path_;
  Changed changed_;
  State state_ = State::kConnecting;
  std::string reason_;
  // Of the present attempt, or that is up.
  std::shared_ptr<http2::Connection> connection_;
  // Those that went away, as long as calls go on there.
  std::vector<std::weak_ptr<http2::Connection>> leaving_;
  SelfList<ChannelWaiter> waiters_;
  // Before the next attempt but one that is made at once.
  std::chrono::milliseconds pause_;
  std::chrono::steady_clock::time_point up_since_;
  Timer timer_;
  Timer tell_;
};

}  // namespace crimux::proxy
