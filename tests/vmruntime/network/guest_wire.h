#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// Stands in for a VM: opens the pod's tap as QEMU does and carries its frames to and from a card
// "eth0" with the guest's MAC in another namespace, where ordinary programs play the guest.
class GuestWire {
 public:
  GuestWire(const std::filesystem::path& pod_netns, const GuestInterface& card,
            const std::filesystem::path& guest_netns);
  ~GuestWire();
  GuestWire(const GuestWire&) = delete;
  GuestWire& operator=(const GuestWire&) = delete;

  // All frames that have come to the guest so far, from the Ethernet header on.
  std::vector<std::string> ReceivedFrames() const;

 private:
  void Carry();
  void CarryFrame(int from, int to, bool to_guest);

  UniqueFd pod_side_;
  UniqueFd guest_side_;
  UniqueFd stop_;
  mutable std::mutex mutex_;
  std::vector<std::string> received_;  // under mutex_
  std::thread thread_;
};

// Runs `busybox udhcpc` once in the guest's namespace and returns what the server told it, as
// udhcpc hands it to its script: lines "ip=…", "mask=…", "staticroutes=…", sorted. Empty without a
// lease.
std::string AskDhcp(const std::filesystem::path& guest_netns, const std::filesystem::path& dir);

// The same by DHCPv6: what dhclient hands to its script, "new_ip6_address=…", once the guest's
// kernel has a link-local address.
std::string AskDhcp6(const std::filesystem::path& guest_netns, const std::filesystem::path& dir);

}  // namespace crimux::vm
