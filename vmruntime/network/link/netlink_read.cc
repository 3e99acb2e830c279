#include <linux/rtnetlink.h>
#include <net/if_arp.h>

#include <array>

#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/netlink_handle.h"

// The half of Netlink that reads.
namespace crimux::vm {
namespace {

std::string PlainText(nl_addr* address) {
  std::array<char, 128> text{};
  return nl_addr2str(address, text.data(), text.size());
}

Link ToLink(rtnl_link* link) {
  nl_addr* mac = rtnl_link_get_addr(link);
  const char* kind = rtnl_link_get_type(link);
  return {.index = rtnl_link_get_ifindex(link),
          .name = rtnl_link_get_name(link),
          .mac = mac == nullptr ? "" : PlainText(mac),
          .mtu = rtnl_link_get_mtu(link),
          .kind = kind == nullptr ? "" : kind,
          .ethernet = rtnl_link_get_arptype(link) == ARPHRD_ETHER,
          .master = rtnl_link_get_master(link)};
}

bool IsLinkLocalOrMulticast(nl_addr* destination) {
  if (nl_addr_get_family(destination) != AF_INET6 || nl_addr_get_len(destination) == 0)
    return false;
  const auto* bytes = static_cast<const uint8_t*>(nl_addr_get_binary_addr(destination));
  return bytes[0] == 0xff || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80);
}

std::string RouteDestination(rtnl_route* route) {
  nl_addr* destination = rtnl_route_get_dst(route);
  if (nl_addr_get_prefixlen(destination) > 0) return NlCidr(destination);
  return rtnl_route_get_family(route) == AF_INET ? "0.0.0.0/0" : "::/0";
}

std::optional<LinkRoute> ToRoute(rtnl_route* route, int link) {
  if (rtnl_route_get_table(route) != RT_TABLE_MAIN || rtnl_route_get_type(route) != RTN_UNICAST ||
      IsLinkLocalOrMulticast(rtnl_route_get_dst(route))) {
    return std::nullopt;
  }
  for (int i = 0; i < rtnl_route_get_nnexthops(route); ++i) {
    rtnl_nexthop* hop = rtnl_route_nexthop_n(route, i);
    if (rtnl_route_nh_get_ifindex(hop) != link) continue;
    nl_addr* gateway = rtnl_route_nh_get_gateway(hop);
    return LinkRoute{RouteDestination(route), gateway == nullptr ? "" : NlIp(gateway)};
  }
  return std::nullopt;
}

}  // namespace

std::string NlCidr(nl_addr* address) {
  std::string ip = NlIp(address);
  return ip + "/" + std::to_string(nl_addr_get_prefixlen(address));
}

std::string NlIp(nl_addr* address) {
  std::string text = PlainText(address);
  return text.substr(0, text.find('/'));
}

NlAddr NlParse(const std::string& text, int family) {
  nl_addr* address = nullptr;
  NlCheck(nl_addr_parse(text.c_str(), family, &address), "parse address", text);
  return NlAddr(address);
}

std::vector<Link> Netlink::Links() {
  nl_cache* raw = nullptr;
  NlCheck(rtnl_link_alloc_cache(socket_.get(), AF_UNSPEC, &raw), "list links", "");
  NlCache cache(raw);
  std::vector<Link> links;
  NlForEach<rtnl_link>(raw, [&](rtnl_link* link) { links.push_back(ToLink(link)); });
  return links;
}

std::optional<Link> Netlink::Find(const std::string& name) {
  rtnl_link* raw = nullptr;
  int result = rtnl_link_get_kernel(socket_.get(), 0, name.c_str(), &raw);
  if (result == -NLE_NODEV || result == -NLE_OBJ_NOTFOUND) return std::nullopt;
  NlCheck(result, "look up link", name);
  return ToLink(NlLink(raw).get());
}

Link Netlink::Get(const std::string& name) {
  std::optional<Link> link = Find(name);
  if (!link) throw Error(grpc::INTERNAL, "look up link", name, "no such link");
  return *link;
}

std::vector<std::string> Netlink::Addresses(const std::string& link) {
  int index = Get(link).index;
  nl_cache* raw = nullptr;
  NlCheck(rtnl_addr_alloc_cache(socket_.get(), &raw), "list addresses", link);
  NlCache cache(raw);
  std::vector<std::string> found;
  for (int family : {AF_INET, AF_INET6}) {
    NlForEach<rtnl_addr>(raw, [&](rtnl_addr* address) {
      if (rtnl_addr_get_ifindex(address) != index || rtnl_addr_get_family(address) != family ||
          rtnl_addr_get_scope(address) != RT_SCOPE_UNIVERSE) {
        return;
      }
      NlAddr local(nl_addr_clone(rtnl_addr_get_local(address)));
      nl_addr_set_prefixlen(local.get(), rtnl_addr_get_prefixlen(address));
      found.push_back(NlCidr(local.get()));
    });
  }
  return found;
}

std::vector<LinkRoute> Netlink::Routes(const std::string& link) {
  int index = Get(link).index;
  std::vector<LinkRoute> found;
  for (int family : {AF_INET, AF_INET6}) {
    nl_cache* raw = nullptr;
    NlCheck(rtnl_route_alloc_cache(socket_.get(), family, 0, &raw), "list routes", link);
    NlCache cache(raw);
    NlForEach<rtnl_route>(raw, [&](rtnl_route* route) {
      if (auto usable = ToRoute(route, index)) found.push_back(*std::move(usable));
    });
  }
  return found;
}

}  // namespace crimux::vm
