#pragma once

#include <netlink/netlink.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/network/spec/nic_binding.h"

namespace crimux::vm {

struct Link {
  int index = 0;
  std::string name;
  std::string mac;
  uint32_t mtu = 0;
  std::string kind;  // "veth", "bridge", …; empty for hardware
  bool ethernet = false;
  int master = 0;  // index of the bridge, bond or other link above it; 0: none
};

// A route of the main table through one link.
struct LinkRoute {
  std::string destination;  // CIDR; "0.0.0.0/0" and "::/0" for the default
  std::string gateway;      // empty: on the link itself
};

// A macvlan that is to be made, or a macvtap.
struct MacvlanSpec {
  std::string name;
  std::string parent;
  std::string mac;
  uint32_t mtu = 0;
  MacvtapMode mode = MacvtapMode::kBridge;
  int index = 0;  // in its namespace; 0: the kernel's choice
  bool is_tap = false;
};

// Links, addresses and routes of the network namespace that the calling thread is in when it
// constructs this (the socket stays there). Links go by their names. One thread at a time. Every
// call that fails throws Error (INTERNAL) naming the link; "no such link" is an error unless said
// otherwise.
class Netlink {
 public:
  Netlink();

  std::vector<Link> Links();
  std::optional<Link> Find(const std::string& name);
  // Addresses of global scope as CIDR, IPv4 first.
  std::vector<std::string> Addresses(const std::string& link);
  // Unicast routes, IPv4 first; link-local and multicast ones are left out.
  std::vector<LinkRoute> Routes(const std::string& link);

  // A bridge with spanning tree and multicast snooping off, still down.
  void CreateBridge(const std::string& name, const std::string& mac);
  // Still down. On a macvlan it comes to be beside it, on the link below.
  void CreateMacvlan(const MacvlanSpec& spec);
  void Delete(const std::string& link);  // succeeds when there is no such link
  void SetUp(const std::string& link);
  void SetDown(const std::string& link);
  // Also what is for groups that only a guest behind the link has joined.
  void HearAllMulticast(const std::string& link);
  void SetMac(const std::string& link, const std::string& mac);
  void SetMtu(const std::string& link, uint32_t mtu);
  // Makes it a port that learns no addresses: with two ports, all goes from one to the other.
  void AddToBridge(const std::string& link, const std::string& bridge);
  void AddAddress(const std::string& link, const std::string& cidr);
  void RemoveAddresses(const std::string& link);
  // A route of scope link.
  void AddLinkRoute(const std::string& link, const std::string& cidr);

 private:
  struct FreeSocket {
    void operator()(nl_sock* socket) const { nl_socket_free(socket); }
  };

  Link Get(const std::string& name);
  void SendLinkMessage(nl_msg* message, const std::string& operation, const std::string& link);
  void ChangeFlags(const std::string& link, unsigned flags, unsigned mask,
                   const std::string& operation);

  std::unique_ptr<nl_sock, FreeSocket> socket_;
};

}  // namespace crimux::vm
