#pragma once

#include <string>
#include <vector>

#include "base/fd.h"

namespace crimux::vm {

// All frames that pass a link of the calling thread's namespace, both ways, from its construction
// on.
class PacketCapture {
 public:
  explicit PacketCapture(const std::string& link);
  PacketCapture(const PacketCapture&) = delete;
  PacketCapture& operator=(const PacketCapture&) = delete;

  // Frames so far, from the Ethernet header on.
  const std::vector<std::string>& Frames();

 private:
  UniqueFd socket_;
  std::vector<std::string> frames_;
};

// What a frame is, as far as these tests ask.
bool IsUdpTo(const std::string& frame, int port);  // over IPv4 or IPv6
bool IsPing(const std::string& frame);             // ICMP echo, request or reply
// ARP with this address as sender or target.
bool IsArpAbout(const std::string& frame, const std::string& ip);
// IPv6 router solicitation or advertisement.
bool IsRouterDiscovery(const std::string& frame);
// What a pod's DHCP server and its guests have to say to each other: nobody else's business.
bool IsServiceTraffic(const std::string& frame);

}  // namespace crimux::vm
