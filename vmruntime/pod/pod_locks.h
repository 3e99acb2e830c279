#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace crimux::vm {

// One lock for each pod: operations that change a pod follow one another, those of different pods
// do not wait for each other. Held across slow steps (CNI, QEMU); taken before the Registry's own
// lock, never inside it.
class PodLocks {
 public:
  // Blocks until this pod is ours; released when the result is destroyed.
  class Guard {
   private:
    friend class PodLocks;
    Guard(std::shared_ptr<std::mutex> mutex, std::unique_lock<std::mutex> lock)
        : mutex_(std::move(mutex)), lock_(std::move(lock)) {}

    std::shared_ptr<std::mutex> mutex_;
    std::unique_lock<std::mutex> lock_;
  };

  Guard Lock(const std::string& sandbox_id);
  // nullopt while somebody else has it.
  std::optional<Guard> TryLock(const std::string& sandbox_id);

 private:
  std::shared_ptr<std::mutex> MutexOf(const std::string& sandbox_id);

  std::mutex mutex_;
  // Locks that nobody holds any more vanish with the next call.
  std::map<std::string, std::weak_ptr<std::mutex>> locks_;  // guarded by mutex_
};

}  // namespace crimux::vm
