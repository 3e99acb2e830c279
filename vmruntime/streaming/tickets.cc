#include "vmruntime/streaming/tickets.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/id.h"

namespace crimux::vm::streaming {

std::string Tickets::Add(Ticket ticket, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  DropOld(now);
  if (waiting_.size() >= most_) {
    throw Error(grpc::RESOURCE_EXHAUSTED, "make URL for", "stream",
                fmt::format("{} clients have not come for theirs", most_));
  }
  std::string token = NewId().substr(0, 32);
  waiting_.emplace(token, Waiting{std::move(ticket), now + life_});
  return token;
}

std::optional<Ticket> Tickets::Take(std::string_view token, Clock::time_point now) {
  std::lock_guard lock(mutex_);
  DropOld(now);
  auto found = waiting_.find(token);
  if (found == waiting_.end()) return std::nullopt;
  Ticket ticket = std::move(found->second.ticket);
  waiting_.erase(found);
  return ticket;
}

void Tickets::DropOld(Clock::time_point now) {
  std::erase_if(waiting_, [now](const auto& entry) { return entry.second.until <= now; });
}

}  // namespace crimux::vm::streaming
