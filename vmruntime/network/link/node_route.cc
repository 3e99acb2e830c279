#include "vmruntime/network/link/node_route.h"

#include <fmt/format.h>
#include <linux/rtnetlink.h>
#include <netlink/netlink.h>

#include "vmruntime/network/link/netlink_handle.h"

namespace crimux::vm {
namespace {

using NlSocket = std::unique_ptr<nl_sock, NlFree<nl_socket_free>>;

NlRoute Lookup(nl_sock* socket, nl_addr* address) {
  rtnl_route* route = nullptr;
  NlCheck(rtnl_route_lookup(socket, address, &route), "look up the route to", NlIp(address));
  return NlRoute(route);
}

bool IsOwn(rtnl_route* route) { return rtnl_route_get_type(route) == RTN_LOCAL; }

// Null without one.
nl_addr* GatewayOf(rtnl_route* route) {
  rtnl_nexthop* hop = rtnl_route_nexthop_n(route, 0);
  return hop == nullptr ? nullptr : rtnl_route_nh_get_gateway(hop);
}

Error Refused(const std::string& address, std::string_view cause) {
  return {grpc::FAILED_PRECONDITION, "connect to pod address", address, cause};
}

}  // namespace

void RequireWayOnNode(const std::string& address) {
  NlSocket socket(nl_socket_alloc());
  NlCheck(nl_connect(socket.get(), NETLINK_ROUTE), "open", "netlink");
  NlAddr destination = NlParse(address);
  NlRoute route = Lookup(socket.get(), destination.get());
  if (IsOwn(route.get())) throw Refused(address, "the address is the node's own");
  nl_addr* gateway = GatewayOf(route.get());
  if (gateway == nullptr || IsOwn(Lookup(socket.get(), gateway).get())) return;
  throw Refused(address, fmt::format("the way there leaves the node, by {}", NlIp(gateway)));
}

}  // namespace crimux::vm
