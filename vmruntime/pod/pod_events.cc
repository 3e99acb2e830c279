#include "vmruntime/pod/pod_events.h"

#include "base/error.h"

namespace crimux::vm {

using state::ContainerRecord;
using state::SandboxRecord;

std::vector<PodEventType> EventsOf(SandboxRecord::State before, SandboxRecord::State after) {
  if (before == after) return {};
  if (after == SandboxRecord::READY) return {PodEventType::kCreated, PodEventType::kStarted};
  if (before == SandboxRecord::READY) return {PodEventType::kStopped};
  return {};
}

std::vector<PodEventType> EventsOf(ContainerRecord::State before, ContainerRecord::State after) {
  if (before == after) return {};
  if (after == ContainerRecord::CREATED) return {PodEventType::kCreated};
  if (after == ContainerRecord::RUNNING) return {PodEventType::kStarted};
  if (before == ContainerRecord::RUNNING) return {PodEventType::kStopped};
  return {};
}

PodEvents::Reader::Reader(PodEvents& events) : events_(events) {
  std::lock_guard lock(events_.mutex_);
  events_.readers_.insert(this);
}

PodEvents::Reader::~Reader() {
  std::lock_guard lock(events_.mutex_);
  events_.readers_.erase(this);
}

PodEventPtr PodEvents::Reader::Next(const std::stop_token& stop) {
  std::unique_lock lock(events_.mutex_);
  bool woken = changed_.wait(lock, stop, [this] { return has_lost_ || !waiting_.empty(); });
  if (!woken) return nullptr;
  if (has_lost_) {
    throw Error(grpc::StatusCode::RESOURCE_EXHAUSTED, "read", "container events",
                "the reader is too slow, and has missed some");
  }
  PodEventPtr event = std::move(waiting_.front());
  waiting_.pop_front();
  return event;
}

bool PodEvents::HasReaders() const {
  std::lock_guard lock(mutex_);
  return !readers_.empty();
}

void PodEvents::Publish(PodEvent event) {
  auto shared = std::make_shared<const PodEvent>(std::move(event));
  std::lock_guard lock(mutex_);
  for (Reader* reader : readers_) {
    if (reader->has_lost_) continue;
    if (reader->waiting_.size() == kMostWaiting) {
      reader->has_lost_ = true;
      reader->waiting_.clear();
    } else {
      reader->waiting_.push_back(shared);
    }
    reader->changed_.notify_one();
  }
}

}  // namespace crimux::vm
