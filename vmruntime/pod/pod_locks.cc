#include "vmruntime/pod/pod_locks.h"

namespace crimux::vm {

std::shared_ptr<std::mutex> PodLocks::MutexOf(const std::string& sandbox_id) {
  std::lock_guard lock(mutex_);
  std::erase_if(locks_, [](const auto& entry) { return entry.second.expired(); });
  std::shared_ptr<std::mutex> mutex = locks_[sandbox_id].lock();
  if (!mutex) {
    mutex = std::make_shared<std::mutex>();
    locks_[sandbox_id] = mutex;
  }
  return mutex;
}

PodLocks::Guard PodLocks::Lock(const std::string& sandbox_id) {
  auto mutex = MutexOf(sandbox_id);
  std::unique_lock lock(*mutex);
  return {std::move(mutex), std::move(lock)};
}

std::optional<PodLocks::Guard> PodLocks::TryLock(const std::string& sandbox_id) {
  auto mutex = MutexOf(sandbox_id);
  std::unique_lock lock(*mutex, std::try_to_lock);
  if (!lock) return std::nullopt;
  return Guard(std::move(mutex), std::move(lock));
}

}  // namespace crimux::vm
