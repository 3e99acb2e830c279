#include "vmruntime/pod/switch_patience.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "base/error.h"
#include "base/log.h"

namespace crimux::vm {
namespace {

// Ends a machine after a while, unless it is stopped before.
class MachineTimer {
 public:
  MachineTimer(Hypervisor& hypervisor, const std::string& machine,
               std::chrono::milliseconds patience)
      : thread_([this, &hypervisor, machine, patience] {
          if (RunsOut(patience)) EndMachine(hypervisor, machine);
        }) {}
  MachineTimer(const MachineTimer&) = delete;
  MachineTimer& operator=(const MachineTimer&) = delete;
  ~MachineTimer() {
    Stop();
    thread_.join();
  }

  // Whether it came in time: the machine is not ended any more.
  bool Stop() {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
    return !ran_out_;
  }

 private:
  bool RunsOut(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    ran_out_ = !changed_.wait_for(lock, patience, [this] { return stopped_; });
    return ran_out_;
  }

  static void EndMachine(Hypervisor& hypervisor, const std::string& machine) {
    try {
      hypervisor.Destroy(machine);
    } catch (const std::exception& error) {
      spdlog::warn("end machine that waits for a switch: {}", error.what());
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopped_ = false;  // these two are guarded by mutex_
  bool ran_out_ = false;
  std::thread thread_;
};

}  // namespace

void StartWithSwitches(Hypervisor& hypervisor, const std::string& machine,
                       const std::vector<std::string>& sockets,
                       std::chrono::milliseconds patience) {
  std::exception_ptr fault;
  bool in_time = false;
  {
    MachineTimer timer(hypervisor, machine, patience);
    try {
      hypervisor.StartPaused(machine);
    } catch (...) {
      fault = std::current_exception();
    }
    in_time = timer.Stop();
  }
  if (!in_time) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "start machine", machine,
                fmt::format("within {} ms no switch has answered on its vhost-user socket {}",
                            patience.count(), fmt::join(sockets, " or ")));
  }
  if (fault) std::rethrow_exception(fault);
}

}  // namespace crimux::vm
