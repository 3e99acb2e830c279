#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

struct _virConnect;  // NOLINT: libvirt's name

namespace crimux::vm {

// What a guest says of its memory, through the driver of its balloon. Bytes; a figure that it does
// not give is nullopt.
struct GuestMemory {
  // When the guest said so; nanoseconds since the epoch.
  int64_t updated = 0;
  std::optional<uint64_t> total;
  // What programs in the guest can still have, without swapping (Linux: MemAvailable).
  std::optional<uint64_t> available;
};

// One question for all running machines; the answer goes by their names. Left out are guests that
// have said nothing yet, and machines with which libvirt is busy; so a machine that hangs holds up
// one question for as long as it hangs, and no later one. Any thread. Throws Error.
using GuestMemoryQuestion = std::function<std::map<std::string, GuestMemory>()>;

// The question holds the connection.
GuestMemoryQuestion QuestionTo(_virConnect* connection);

}  // namespace crimux::vm
