#include "vmruntime/pod/machine_ends.h"

#include <spdlog/spdlog.h>

namespace crimux::vm {

void MachineEnds::Push(const std::string& name, MachineEnd end) {
  std::lock_guard lock(mutex_);
  ends_.emplace_back(name, end);
  pushed_.notify_one();
}

void MachineEnds::Run() {
  thread_ = std::jthread([this](const std::stop_token& stop) { Loop(stop); });
}

void MachineEnds::Loop(const std::stop_token& stop) {
  for (;;) {
    std::unique_lock lock(mutex_);
    if (!pushed_.wait(lock, stop, [this] { return !ends_.empty(); })) return;
    auto [name, end] = ends_.front();
    ends_.pop_front();
    lock.unlock();
    try {
      containers_.Ended(name, end);
    } catch (const std::exception& e) {
      spdlog::error("machine {} ended, and: {}", name, e.what());
    }
  }
}

}  // namespace crimux::vm
