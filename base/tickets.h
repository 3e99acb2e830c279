#pragma once

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/id.h"

namespace crimux {

// Requests that wait for their client to come with a URL: each is found by a random token, once,
// and not for long. Any thread.
template <typename Ticket>
class Tickets {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Tickets(std::chrono::milliseconds life = std::chrono::minutes(1), size_t most = 1000)
      : life_(life), most_(most) {}

  // The token: 32 characters that a URL may have. Throws Error (RESOURCE_EXHAUSTED) when too many
  // wait.
  std::string Add(Ticket ticket, Clock::time_point now = Clock::now()) {
    std::lock_guard lock(mutex_);
    DropOld(now);
    if (waiting_.size() >= most_) {
      throw Error(grpc::StatusCode::RESOURCE_EXHAUSTED, "make URL for", "stream",
                  fmt::format("{} clients have not come for theirs", most_));
    }
    std::string token = NewId().substr(0, 32);
    waiting_.emplace(token, Waiting{std::move(ticket), now + life_});
    return token;
  }

  // nullopt: there is none, or it has been taken, or is too old.
  std::optional<Ticket> Take(std::string_view token, Clock::time_point now = Clock::now()) {
    std::lock_guard lock(mutex_);
    DropOld(now);
    auto found = waiting_.find(token);
    if (found == waiting_.end()) return std::nullopt;
    Ticket ticket = std::move(found->second.ticket);
    waiting_.erase(found);
    return ticket;
  }

 private:
  struct Waiting {
    Ticket ticket;
    Clock::time_point until;
  };

  void DropOld(Clock::time_point now) {
    std::erase_if(waiting_, [now](const auto& entry) { return entry.second.until <= now; });
  }

  const std::chrono::milliseconds life_;
  const size_t most_;
  std::mutex mutex_;
  std::map<std::string, Waiting, std::less<>> waiting_;  // guarded by mutex_
};

}  // namespace crimux
