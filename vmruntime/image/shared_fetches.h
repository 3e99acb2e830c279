#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/call_context.h"
#include "vmruntime/image/fetched_image.h"

namespace crimux::vm {

// One fetch for all who want the same at the same time. A fetch runs on a thread of its own and
// goes on while one of its callers is left, whoever was the first, and for a grace time after the
// last one has left: who comes back meanwhile joins it. A fetch that has ended is not shared any
// more: who comes later starts a new one.
class SharedFetches {
 public:
  using Image = std::shared_ptr<const FetchedImage>;
  // Runs on the fetch's thread; throws when it fails. Returns soon after a stop request.
  using Fetch = std::function<Image(std::stop_token)>;

  struct Request {
    std::string key;
    // Names it in errors and the log.
    std::string object;
    Fetch fetch;
    // Called on the fetch's thread, instead of an answer to a caller who has left, when the fetch
    // succeeds after all. Must not throw.
    std::function<void(const FetchedImage&)> keep;
  };

  explicit SharedFetches(std::chrono::milliseconds grace);
  SharedFetches(const SharedFetches&) = delete;
  SharedFetches& operator=(const SharedFetches&) = delete;
  // Stops all fetches and waits for them.
  ~SharedFetches();

  // What the fetch under the key came to; starts it when there is none. Throws the fetch's error,
  // or Error (CANCELLED, DEADLINE_EXCEEDED) when the caller leaves before. Without grace the last
  // caller returns only when nothing of the fetch is left.
  Image Get(const Request& request, const CallContext& context);

 private:
  struct Flight;
  using Clock = std::chrono::steady_clock;
  using Flights = std::vector<std::shared_ptr<Flight>>;

  // Want mutex_ held.
  std::shared_ptr<Flight> JoinOrStart(const Request& request);
  void Leave(const Request& request, Flight& flight);
  Flights TakeOver(Clock::time_point now);
  Clock::time_point NextEnd() const;

  void Land(Flight& flight, const Fetch& fetch, std::stop_token stop);
  void Reap(std::stop_token stop);

  const std::chrono::milliseconds grace_;
  std::mutex mutex_;  // over flights_, changed_ and what is in a Flight
  std::condition_variable_any landed_;
  std::condition_variable_any reaper_wakes_;
  bool changed_ = false;
  std::map<std::string, std::shared_ptr<Flight>> flights_;
  // Ends what nobody waits for any more, and joins what has ended.
  std::jthread reaper_;
};

// Throws DEADLINE_EXCEEDED or CANCELLED when the caller has left.
void ThrowIfOver(const CallContext& context, const std::string& object);

}  // namespace crimux::vm
