#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace crimux::vm {

// A file system as the guest sees it. All of it is the guest's word.
struct GuestFileSystem {
  // As the guest calls it: "vda1", or a volume's name in Windows.
  std::string device;
  std::string mount_point;
  std::string type;
  // Bytes.
  uint64_t size = 0;
  uint64_t used = 0;
};

// What the guest's agent answers to guest-get-fsinfo; JSON. Leaves out what has no size (older
// agents tell none), and all past the first 64. Throws Error (UNAVAILABLE) for what can't be
// understood.
std::vector<GuestFileSystem> ParseFileSystems(const std::string& answer);

// The file systems of guests that have an agent, for those who can't wait: agents are asked one
// after the other by a thread of its own, and only while somebody wants to know. Any thread.
class GuestFileSystems {
 public:
  // Each guest is asked at most this often.
  static constexpr std::chrono::milliseconds kPeriod{60'000};
  // Asks the agent of that machine; returns its answer. Throws Error when there is none.
  using Question = std::function<std::string(const std::string& machine)>;

  explicit GuestFileSystems(Question question, std::chrono::milliseconds period = kPeriod);

  // What the guests of these machines have said within the last five periods; none of one that has
  // no agent. Has those asked whose turn it is, and doesn't wait for them. Forgets all other
  // machines.
  std::map<std::string, std::vector<GuestFileSystem>> Latest(
      const std::vector<std::string>& machines);

 private:
  using Clock = std::chrono::steady_clock;
  struct Guest {
    Clock::time_point asked;
    Clock::time_point answered;
    std::vector<GuestFileSystem> file_systems;
  };

  void Loop(const std::stop_token& stop);
  void Ask(const std::string& machine);

  const Question question_;
  const std::chrono::milliseconds period_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<std::string, Guest> guests_;  // guarded by mutex_, as the next
  std::deque<std::string> waiting_;
  std::jthread thread_;
};

}  // namespace crimux::vm
