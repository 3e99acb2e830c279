#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "vmruntime/state/records.pb.h"

namespace crimux::vm {

// What happens to pods, for those who want to hear of it as it happens.

enum class PodEventType { kCreated, kStarted, kStopped, kDeleted };

// What has happened to a container, or to a pod sandbox, and how the pod was right after it.
struct PodEvent {
  PodEventType type = PodEventType::kCreated;
  // The container's; the sandbox's for what happened to that.
  std::string id;
  // Nanoseconds since the epoch.
  int64_t time = 0;
  // As it was last, when it is the sandbox that was deleted.
  state::SandboxRecord sandbox;
  // Those of the sandbox that are made, and not deleted.
  std::vector<state::ContainerRecord> containers;
};

using PodEventPtr = std::shared_ptr<const PodEvent>;

// What a change of state tells. A sandbox that becomes ready is created and started at once, as
// container runtimes have it; a container that comes to be removed has told all before.
std::vector<PodEventType> EventsOf(state::SandboxRecord::State before,
                                   state::SandboxRecord::State after);
std::vector<PodEventType> EventsOf(state::ContainerRecord::State before,
                                   state::ContainerRecord::State after);

// Hands each event to all readers. An event is made once, whoever many read it, and not at all when
// nobody does. Nobody waits for a reader: one that falls kMostWaiting events behind has lost them.
// Any thread; must outlive its readers.
class PodEvents {
 public:
  static constexpr size_t kMostWaiting = 256;

  // Hears of all that is published during its life. One thread at a time.
  class Reader {
   public:
    explicit Reader(PodEvents& events);
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;
    ~Reader();

    // Waits for the next event; null once `stop` stops. Throws RESOURCE_EXHAUSTED when events were
    // lost: from there on this reader knows nothing any more.
    PodEventPtr Next(const std::stop_token& stop);

   private:
    friend class PodEvents;

    PodEvents& events_;
    std::condition_variable_any changed_;
    std::deque<PodEventPtr> waiting_;  // guarded by events_.mutex_
    bool has_lost_ = false;            // likewise
  };

  bool HasReaders() const;
  void Publish(PodEvent event);

 private:
  mutable std::mutex mutex_;
  std::set<Reader*> readers_;  // guarded by mutex_
};

}  // namespace crimux::vm
