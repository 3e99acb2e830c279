#include "vmruntime/image/shared_fetches.h"

#include <algorithm>
#include <thread>

#include "base/error.h"

namespace crimux::vm {
namespace {

using Clock = std::chrono::system_clock;

[[noreturn]] void ThrowOver(const CallContext& context, const std::string& object) {
  bool late = Clock::now() >= context.deadline;
  throw Error(late ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::CANCELLED,
              "pull image", object, late ? "the caller's deadline has passed" : "cancelled");
}

}  // namespace

void ThrowIfOver(const CallContext& context, const std::string& object) {
  if (context.cancelled.stop_requested() || Clock::now() >= context.deadline) {
    ThrowOver(context, object);
  }
}

// Lives as long as somebody waits for it. Its destructor stops and joins the thread, and so must
// not run under the mutex while the thread has not landed.
struct SharedFetches::Flight {
  bool landed = false;
  Image image;
  // Not an exception: all who wait throw one of their own.
  grpc::Status status;
  std::jthread thread;
};

void SharedFetches::Land(Flight& flight, const Fetch& fetch, std::stop_token stop) {
  Image image;
  grpc::Status status;
  try {
    image = fetch(std::move(stop));
  } catch (...) {
    status = CurrentExceptionStatus();
  }
  std::scoped_lock lock(mutex_);
  flight.image = std::move(image);
  flight.status = status;
  flight.landed = true;
  landed_.notify_all();
}

std::shared_ptr<SharedFetches::Flight> SharedFetches::JoinOrStart(const std::string& key,
                                                                  const Fetch& fetch) {
  std::erase_if(flights_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<Flight>& entry = flights_[key];
  std::shared_ptr<Flight> flight = entry.lock();
  if (flight && !flight->landed) return flight;
  flight = std::make_shared<Flight>();
  flight->thread = std::jthread([this, fetch, &flight = *flight](std::stop_token stop) {
    Land(flight, fetch, std::move(stop));
  });
  entry = flight;
  return flight;
}

SharedFetches::Image SharedFetches::Get(const std::string& key, const std::string& object,
                                        const Fetch& fetch, const CallContext& context) {
  std::shared_ptr<Flight> flight;  // released after the lock
  std::unique_lock lock(mutex_);
  flight = JoinOrStart(key, fetch);
  // Far, but within what every clock can count.
  auto deadline = std::min(context.deadline, Clock::now() + std::chrono::years(1));
  bool landed =
      landed_.wait_until(lock, context.cancelled, deadline, [&] { return flight->landed; });
  if (!landed) ThrowOver(context, object);
  if (!flight->status.ok()) throw Error(flight->status);
  return flight->image;
}

}  // namespace crimux::vm
