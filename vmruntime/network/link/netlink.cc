#include "vmruntime/network/link/netlink.h"

#include <linux/if_bridge.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>

#include "vmruntime/network/link/netlink_handle.h"

namespace crimux::vm {
namespace {

// A message about one link; libnl has no objects for some of the attributes that are set here.
NlMessage LinkMessage(int type, int index, int flags = 0, unsigned char family = AF_UNSPEC) {
  NlMessage message(nlmsg_alloc_simple(type, flags));
  ifinfomsg info{};
  info.ifi_family = family;
  info.ifi_index = index;
  nlmsg_append(message.get(), &info, sizeof(info), NLMSG_ALIGNTO);
  return message;
}

void PutMac(nl_msg* message, const std::string& mac) {
  NlAddr address = NlParse(mac, AF_LLC);
  nla_put_addr(message, IFLA_ADDRESS, address.get());
}

uint32_t KernelMode(MacvtapMode mode) {
  switch (mode) {
    case MacvtapMode::kBridge:
      return MACVLAN_MODE_BRIDGE;
    case MacvtapMode::kPrivate:
      return MACVLAN_MODE_PRIVATE;
    case MacvtapMode::kVepa:
      return MACVLAN_MODE_VEPA;
    case MacvtapMode::kPassthru:
      return MACVLAN_MODE_PASSTHRU;
  }
  return MACVLAN_MODE_BRIDGE;
}

}  // namespace

Netlink::Netlink() : socket_(nl_socket_alloc()) {
  if (!socket_) throw Error(grpc::INTERNAL, "open netlink socket", "", "out of memory");
  NlCheck(nl_connect(socket_.get(), NETLINK_ROUTE), "open netlink socket", "");
}

void Netlink::SendLinkMessage(nl_msg* message, const std::string& operation,
                              const std::string& link) {
  NlCheck(nl_send_auto(socket_.get(), message), operation, link);
  NlCheck(nl_wait_for_ack(socket_.get()), operation, link);
}

void Netlink::CreateBridge(const std::string& name, const std::string& mac) {
  NlMessage message = LinkMessage(RTM_NEWLINK, 0, NLM_F_CREATE | NLM_F_EXCL);
  nla_put_string(message.get(), IFLA_IFNAME, name.c_str());
  PutMac(message.get(), mac);
  nlattr* info = nla_nest_start(message.get(), IFLA_LINKINFO);
  nla_put_string(message.get(), IFLA_INFO_KIND, "bridge");
  nlattr* data = nla_nest_start(message.get(), IFLA_INFO_DATA);
  nla_put_u32(message.get(), IFLA_BR_STP_STATE, 0);
  nla_put_u8(message.get(), IFLA_BR_MCAST_SNOOPING, 0);
  nla_nest_end(message.get(), data);
  nla_nest_end(message.get(), info);
  SendLinkMessage(message.get(), "create bridge", name);
}

void Netlink::CreateMacvlan(const MacvlanSpec& spec) {
  NlMessage message = LinkMessage(RTM_NEWLINK, spec.index, NLM_F_CREATE | NLM_F_EXCL);
  nla_put_string(message.get(), IFLA_IFNAME, spec.name.c_str());
  nla_put_u32(message.get(), IFLA_LINK, static_cast<uint32_t>(Get(spec.parent).index));
  nla_put_u32(message.get(), IFLA_MTU, spec.mtu);
  PutMac(message.get(), spec.mac);
  nlattr* info = nla_nest_start(message.get(), IFLA_LINKINFO);
  nla_put_string(message.get(), IFLA_INFO_KIND, spec.is_tap ? "macvtap" : "macvlan");
  nlattr* data = nla_nest_start(message.get(), IFLA_INFO_DATA);
  nla_put_u32(message.get(), IFLA_MACVLAN_MODE, KernelMode(spec.mode));
  nla_nest_end(message.get(), data);
  nla_nest_end(message.get(), info);
  SendLinkMessage(message.get(), spec.is_tap ? "create macvtap" : "create macvlan",
                  spec.name + " on " + spec.parent);
}

void Netlink::Delete(const std::string& link) {
  std::optional<Link> found = Find(link);
  if (!found) return;
  NlMessage message = LinkMessage(RTM_DELLINK, found->index);
  NlCheck(nl_send_auto(socket_.get(), message.get()), "delete link", link);
  int result = nl_wait_for_ack(socket_.get());
  if (result != -NLE_NODEV) NlCheck(result, "delete link", link);
}

void Netlink::ChangeFlags(const std::string& link, unsigned flags, unsigned mask,
                          const std::string& operation) {
  NlMessage message = LinkMessage(RTM_NEWLINK, Get(link).index);
  auto* info = static_cast<ifinfomsg*>(nlmsg_data(nlmsg_hdr(message.get())));
  info->ifi_flags = flags;
  info->ifi_change = mask;
  SendLinkMessage(message.get(), operation, link);
}

void Netlink::SetUp(const std::string& link) { ChangeFlags(link, IFF_UP, IFF_UP, "set link up"); }

void Netlink::SetDown(const std::string& link) { ChangeFlags(link, 0, IFF_UP, "set link down"); }

void Netlink::HearAllMulticast(const std::string& link) {
  ChangeFlags(link, IFF_ALLMULTI, IFF_ALLMULTI, "hear all multicast on");
}

void Netlink::SetMac(const std::string& link, const std::string& mac) {
  NlMessage message = LinkMessage(RTM_NEWLINK, Get(link).index);
  PutMac(message.get(), mac);
  SendLinkMessage(message.get(), "set MAC address", link);
}

void Netlink::SetMtu(const std::string& link, uint32_t mtu) {
  NlMessage message = LinkMessage(RTM_NEWLINK, Get(link).index);
  nla_put_u32(message.get(), IFLA_MTU, mtu);
  SendLinkMessage(message.get(), "set MTU", link);
}

void Netlink::AddToBridge(const std::string& link, const std::string& bridge) {
  int index = Get(link).index;
  NlMessage join = LinkMessage(RTM_NEWLINK, index);
  nla_put_u32(join.get(), IFLA_MASTER, static_cast<uint32_t>(Get(bridge).index));
  SendLinkMessage(join.get(), "add to bridge", link);
  NlMessage port = LinkMessage(RTM_SETLINK, index, 0, AF_BRIDGE);
  nlattr* settings = nla_nest_start(port.get(), IFLA_PROTINFO | NLA_F_NESTED);
  nla_put_u8(port.get(), IFLA_BRPORT_LEARNING, 0);
  nla_put_u8(port.get(), IFLA_BRPORT_MODE, 0);  // no hairpin
  nla_nest_end(port.get(), settings);
  SendLinkMessage(port.get(), "set bridge port", link);
}

void Netlink::AddAddress(const std::string& link, const std::string& cidr) {
  NlAddress address(rtnl_addr_alloc());
  rtnl_addr_set_ifindex(address.get(), Get(link).index);
  NlAddr local = NlParse(cidr);
  rtnl_addr_set_local(address.get(), local.get());
  NlCheck(rtnl_addr_add(socket_.get(), address.get(), 0), "add address", link + " " + cidr);
}

void Netlink::RemoveAddresses(const std::string& link) {
  int index = Get(link).index;
  nl_cache* raw = nullptr;
  NlCheck(rtnl_addr_alloc_cache(socket_.get(), &raw), "list addresses", link);
  NlCache cache(raw);
  NlForEach<rtnl_addr>(raw, [&](rtnl_addr* address) {
    if (rtnl_addr_get_ifindex(address) != index) return;
    int result = rtnl_addr_delete(socket_.get(), address, 0);
    // Secondary addresses go with their primary one.
    if (result != -NLE_NOADDR) NlCheck(result, "remove address", link);
  });
}

void Netlink::AddLinkRoute(const std::string& link, const std::string& cidr) {
  NlRoute route(rtnl_route_alloc());
  NlAddr destination = NlParse(cidr);
  rtnl_route_set_dst(route.get(), destination.get());
  rtnl_route_set_scope(route.get(), RT_SCOPE_LINK);
  rtnl_nexthop* hop = rtnl_route_nh_alloc();
  rtnl_route_nh_set_ifindex(hop, Get(link).index);
  rtnl_route_add_nexthop(route.get(), hop);
  NlCheck(rtnl_route_add(socket_.get(), route.get(), 0), "add route", link + " " + cidr);
}

}  // namespace crimux::vm
