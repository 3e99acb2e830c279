#include "vmruntime/pod/pod_locks.h"

namespace crimux::vm {

PodLocks::Guard PodLocks::Lock(const std::string& sandbox_id) {
  std::shared_ptr<std::mutex> mutex;
  {
    std::lock_guard lock(mutex_);
    std::erase_if(locks_, [](const auto& entry) { return entry.second.expired(); });
    mutex = locks_[sandbox_id].lock();
    if (!mutex) {
      mutex = std::make_shared<std::mutex>();
      locks_[sandbox_id] = mutex;
    }
  }
  return Guard(std::move(mutex));
}

}  // namespace crimux::vm
