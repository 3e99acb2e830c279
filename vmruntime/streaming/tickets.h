#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "vmruntime/streaming/command.h"

namespace crimux::vm::streaming {

// What a URL stands for.
using Ticket = std::variant<Command, PortForwardRequest>;

// Requests that wait for their client to come with the URL: each is found by a random token, once,
// and not for long. Any thread.
class Tickets {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Tickets(std::chrono::milliseconds life = std::chrono::minutes(1), size_t most = 1000)
      : life_(life), most_(most) {}

  // The token: 32 characters that a URL may have. Throws Error (RESOURCE_EXHAUSTED) when too many
  // wait.
  std::string Add(Ticket ticket, Clock::time_point now = Clock::now());
  // nullopt: there is none, or it has been taken, or is too old.
  std::optional<Ticket> Take(std::string_view token, Clock::time_point now = Clock::now());

 private:
  struct Waiting {
    Ticket ticket;
    Clock::time_point until;
  };

  void DropOld(Clock::time_point now);

  const std::chrono::milliseconds life_;
  const size_t most_;
  std::mutex mutex_;
  std::map<std::string, Waiting, std::less<>> waiting_;  // guarded by mutex_
};

}  // namespace crimux::vm::streaming
