#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "vmruntime/machine/guest_memory.h"

namespace crimux::vm {

// What guests last said of their memory, for those who can't wait: to ask takes a word with every
// QEMU, and one that hangs doesn't answer. So each round of questions has a thread of its own, and
// its result is taken up whenever it comes. A round that a machine holds up is left behind: libvirt
// is busy with that machine then, and later rounds pass it by; so each machine that hangs costs one
// thread. Any thread.
class GuestFigures {
 public:
  // How many rounds may be under way; with all of them held up there are no new ones.
  static constexpr int kMostRounds = 16;
  // Who asks within this time of a round's beginning has its answers, not a new round's.
  static constexpr std::chrono::milliseconds kRound{1000};

  explicit GuestFigures(GuestMemoryQuestion question);

  // Begins a round, unless one has begun just now. Waits for nothing.
  void Ask();
  // What is known, after a wait until `deadline` at most for the last round that has begun. Guests'
  // figures are as old as `updated` says.
  std::map<std::string, GuestMemory> Latest(std::chrono::steady_clock::time_point deadline);

 private:
  // Outlives this, while a round does.
  struct State;

  std::shared_ptr<State> state_;
};

}  // namespace crimux::vm
