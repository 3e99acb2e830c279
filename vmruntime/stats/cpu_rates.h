#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace crimux::vm {

// How fast CPU time is used, from the time that was used between two looks at it. Looks by several
// clients come at any distance: those within kLeastWindow of the last one that counted share its
// answer. What nobody looks at for kForgotten is forgotten. Any thread.
class CpuRates {
 public:
  static constexpr int64_t kForgotten = 600'000'000'000;  // nanoseconds
  static constexpr int64_t kLeastWindow = 500'000'000;    // nanoseconds

  // Nanoseconds of CPU time per second, since the last look; on the first one, since `started`.
  // `time` and `started` in nanoseconds since the epoch, `cpu` in nanoseconds.
  uint64_t NanoCores(const std::string& id, uint64_t cpu, int64_t time, int64_t started);

 private:
  struct Look {
    uint64_t cpu = 0;
    int64_t time = 0;
    uint64_t rate = 0;
  };

  void Forget(int64_t time);

  std::mutex mutex_;
  int64_t swept_ = 0;                  // when Forget last looked; guarded by mutex_
  std::map<std::string, Look> looks_;  // guarded by mutex_
};

}  // namespace crimux::vm
