#include "tests/vmruntime/network/packet_capture.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace crimux::vm {
namespace {

constexpr size_t kNetworkHeader = 14;

uint16_t Word(const std::string& frame, size_t at) {
  if (at + 2 > frame.size()) return 0;
  return static_cast<uint16_t>(static_cast<uint8_t>(frame[at]) << 8 |
                               static_cast<uint8_t>(frame[at + 1]));
}

uint8_t Byte(const std::string& frame, size_t at) {
  return at < frame.size() ? static_cast<uint8_t>(frame[at]) : 0;
}

}  // namespace

PacketCapture::PacketCapture(const std::string& link)
    : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  address.sll_ifindex = static_cast<int>(::if_nametoindex(link.c_str()));
  if (address.sll_ifindex == 0 ||
      ::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
    throw std::runtime_error("capture on " + link);
  }
}

const std::vector<std::string>& PacketCapture::Frames() {
  std::array<char, 65600> frame;
  for (;;) {
    ssize_t size = ::recv(socket_.get(), frame.data(), frame.size(), 0);
    if (size < 0) return frames_;
    frames_.emplace_back(frame.data(), static_cast<size_t>(size));
  }
}

bool IsUdpTo(const std::string& frame, int port) {
  if (Word(frame, 12) == ETH_P_IP && Byte(frame, kNetworkHeader + 9) == IPPROTO_UDP) {
    size_t header = (Byte(frame, kNetworkHeader) & 0xfU) * 4;
    return Word(frame, kNetworkHeader + header + 2) == port;
  }
  return Word(frame, 12) == ETH_P_IPV6 && Byte(frame, kNetworkHeader + 6) == IPPROTO_UDP &&
         Word(frame, kNetworkHeader + 42) == port;
}

bool IsPing(const std::string& frame) {
  uint8_t type = Byte(frame, kNetworkHeader + 20);
  return Word(frame, 12) == ETH_P_IP && Byte(frame, kNetworkHeader + 9) == IPPROTO_ICMP &&
         (type == 8 || type == 0);
}

bool IsArpAbout(const std::string& frame, const std::string& ip) {
  if (Word(frame, 12) != ETH_P_ARP || frame.size() < kNetworkHeader + 28) return false;
  std::string bytes(4, '\0');
  ::inet_pton(AF_INET, ip.c_str(), bytes.data());
  return frame.substr(kNetworkHeader + 14, 4) == bytes ||
         frame.substr(kNetworkHeader + 24, 4) == bytes;
}

bool IsRouterDiscovery(const std::string& frame) {
  uint8_t type = Byte(frame, kNetworkHeader + 40);
  return Word(frame, 12) == ETH_P_IPV6 && Byte(frame, kNetworkHeader + 6) == IPPROTO_ICMPV6 &&
         (type == 133 || type == 134);
}

bool IsServiceTraffic(const std::string& frame) {
  return IsUdpTo(frame, 67) || IsUdpTo(frame, 68) || IsUdpTo(frame, 546) || IsUdpTo(frame, 547) ||
         IsRouterDiscovery(frame) || IsArpAbout(frame, "169.254.75.67");
}

}  // namespace crimux::vm
