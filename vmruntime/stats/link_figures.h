#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace crimux::vm {

// What has gone through one interface of a pod, as the pod sees it.
struct LinkFigures {
  std::string name;
  uint64_t rx_bytes = 0;
  uint64_t rx_packets = 0;
  uint64_t rx_errors = 0;
  uint64_t rx_dropped = 0;
  uint64_t tx_bytes = 0;
  uint64_t tx_packets = 0;
  uint64_t tx_errors = 0;
  uint64_t tx_dropped = 0;
};

struct NetworkFigures {
  // When they were read; nanoseconds since the epoch.
  int64_t time = 0;
  // By index. Those that the pod's networks gave it: no loopback, nor the bridges and taps by which
  // the VM is connected.
  std::vector<LinkFigures> links;

  // eth0, or the first if there is none of that name; nullptr without any.
  const LinkFigures* Default() const;
};

// Of several network namespaces, by path. All are visited by one thread, which is made for that and
// ends with it. A namespace that can't be read, as one that has just gone, is left out.
std::map<std::filesystem::path, NetworkFigures> ReadNetworks(
    const std::vector<std::filesystem::path>& namespaces);

}  // namespace crimux::vm
