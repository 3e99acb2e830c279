#include "vmruntime/image/shared_fetches.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace crimux::vm {
namespace {

using WallClock = std::chrono::system_clock;

[[noreturn]] void ThrowOver(const CallContext& context, const std::string& object,
                            std::string_view more) {
  bool late = WallClock::now() >= context.deadline;
  std::string cause = late ? "the caller's deadline has passed" : "cancelled";
  throw Error(late ? grpc::StatusCode::DEADLINE_EXCEEDED : grpc::StatusCode::CANCELLED,
              "pull image", object, cause.append(more));
}

}  // namespace

void ThrowIfOver(const CallContext& context, const std::string& object) {
  if (context.cancelled.stop_requested() || WallClock::now() >= context.deadline) {
    ThrowOver(context, object, "");
  }
}

// Its destructor stops and joins the thread, and so must not run under the mutex before it has
// landed.
struct SharedFetches::Flight {
  int callers = 0;
  // When it is stopped, as long as there are no callers.
  Clock::time_point end;
  // Of callers that have left.
  std::vector<std::function<void(const FetchedImage&)>> keeps;
  bool landed = false;
  Image image;
  // Not an exception: all who wait throw one of their own.
  grpc::Status status;
  std::jthread thread;
};

SharedFetches::SharedFetches(std::chrono::milliseconds grace)
    : grace_(grace), reaper_([this](std::stop_token stop) { Reap(std::move(stop)); }) {}

SharedFetches::~SharedFetches() {
  reaper_.request_stop();
  reaper_.join();
  for (auto& [key, flight] : flights_) flight->thread.request_stop();
  flights_.clear();  // joins
}

void SharedFetches::Land(Flight& flight, const Fetch& fetch, std::stop_token stop) {
  Image image;
  grpc::Status status;
  try {
    image = fetch(std::move(stop));
  } catch (...) {
    status = CurrentExceptionStatus();
  }
  std::unique_lock lock(mutex_);
  while (image && !flight.keeps.empty()) {
    auto keeps = std::exchange(flight.keeps, {});
    lock.unlock();
    for (const auto& keep : keeps) keep(*image);
    lock.lock();
  }
  if (flight.callers > 0) flight.image = std::move(image);
  flight.status = status;
  flight.landed = true;
  changed_ = true;
  landed_.notify_all();
  reaper_wakes_.notify_all();
}

std::shared_ptr<SharedFetches::Flight> SharedFetches::JoinOrStart(const Request& request) {
  std::shared_ptr<Flight>& flight = flights_[request.key];
  // The thread of one that has landed has left the mutex for good.
  if (!flight || flight->landed) {
    flight = std::make_shared<Flight>();
    flight->thread =
        std::jthread([this, fetch = request.fetch, &flight = *flight](std::stop_token stop) {
          Land(flight, fetch, std::move(stop));
        });
  }
  ++flight->callers;
  return flight;
}

void SharedFetches::Leave(const Request& request, Flight& flight) {
  --flight.callers;
  if (flight.landed) return;
  if (grace_.count() > 0) flight.keeps.push_back(request.keep);
  if (flight.callers > 0) return;
  if (grace_.count() > 0) {
    spdlog::info("images: nobody waits for {} any more; it goes on for up to {} s", request.object,
                 grace_.count() / 1000);
  }
  flight.end = Clock::now() + grace_;
  changed_ = true;
  reaper_wakes_.notify_all();
}

SharedFetches::Image SharedFetches::Get(const Request& request, const CallContext& context) {
  std::shared_ptr<Flight> flight;  // released after the lock
  std::unique_lock lock(mutex_);
  flight = JoinOrStart(request);
  // Far, but within what every clock can count.
  auto deadline = std::min(context.deadline, WallClock::now() + std::chrono::years(1));
  bool landed =
      landed_.wait_until(lock, context.cancelled, deadline, [&] { return flight->landed; });
  Leave(request, *flight);
  if (!landed) {
    bool goes_on = flight->callers > 0 || grace_.count() > 0;
    if (!goes_on) {
      flights_.erase(request.key);
      lock.unlock();
      flight.reset();  // stops and joins
    }
    ThrowOver(context, request.object, goes_on ? "; the pull goes on" : "");
  }
  if (!flight->status.ok()) throw Error(flight->status);
  // The last one takes it along, so that nothing of it is left when they all are done.
  return flight->callers == 0 ? std::move(flight->image) : flight->image;
}

SharedFetches::Flights SharedFetches::TakeOver(Clock::time_point now) {
  Flights taken;
  std::erase_if(flights_, [&](const auto& entry) {
    const Flight& flight = *entry.second;
    bool over = flight.landed || (flight.callers == 0 && flight.end <= now);
    if (over) taken.push_back(entry.second);
    return over;
  });
  return taken;
}

SharedFetches::Clock::time_point SharedFetches::NextEnd() const {
  auto next = Clock::now() + std::chrono::hours(24);
  for (const auto& [key, flight] : flights_) {
    if (flight->callers == 0) next = std::min(next, flight->end);
  }
  return next;
}

void SharedFetches::Reap(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    reaper_wakes_.wait_until(lock, stop, NextEnd(), [&] { return changed_; });
    changed_ = false;
    Flights ended = TakeOver(Clock::now());
    lock.unlock();
    ended.clear();  // stops and joins those that nobody else has
    lock.lock();
  }
}

}  // namespace crimux::vm
