#include "vmruntime/network/link/neighbor.h"

#include <linux/neighbour.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/neighbour.h>

#include <array>
#include <thread>

#include "vmruntime/network/link/netlink_handle.h"

namespace crimux::vm {
namespace {

using NlSocket = std::unique_ptr<nl_sock, NlFree<nl_socket_free>>;
using NlNeighbor = std::unique_ptr<rtnl_neigh, NlFree<rtnl_neigh_put>>;

constexpr int kKnown = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT;
constexpr std::chrono::milliseconds kAskInterval(5);
// The kernel gives up after three seconds, and asks again when it is asked again.
constexpr int kAsksEach = 200;

void Ask(nl_sock* socket, int link, nl_addr* ip) {
  NlNeighbor neighbor(rtnl_neigh_alloc());
  rtnl_neigh_set_ifindex(neighbor.get(), link);
  rtnl_neigh_set_dst(neighbor.get(), ip);
  rtnl_neigh_set_flags(neighbor.get(), NTF_USE);
  NlCheck(rtnl_neigh_add(socket, neighbor.get(), NLM_F_CREATE | NLM_F_REPLACE), "ask for neighbor",
          NlIp(ip));
}

std::string Answer(nl_sock* socket, int link, nl_addr* ip) {
  nl_cache* raw = nullptr;
  NlCheck(rtnl_neigh_alloc_cache(socket, &raw), "list neighbors", "");
  NlCache cache(raw);
  NlNeighbor neighbor(rtnl_neigh_get(raw, link, ip));
  if (!neighbor || (rtnl_neigh_get_state(neighbor.get()) & kKnown) == 0) return "";
  nl_addr* mac = rtnl_neigh_get_lladdr(neighbor.get());
  std::array<char, 64> text{};
  return mac == nullptr ? "" : nl_addr2str(mac, text.data(), text.size());
}

}  // namespace

std::string NeighborMac(const std::string& link, const std::string& ip,
                        std::chrono::milliseconds patience) {
  NlSocket socket(nl_socket_alloc());
  NlCheck(nl_connect(socket.get(), NETLINK_ROUTE), "open netlink socket", "");
  int index = static_cast<int>(::if_nametoindex(link.c_str()));
  NlAddr address = NlParse(ip);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (int round = 0;; ++round) {
    if (round % kAsksEach == 0) Ask(socket.get(), index, address.get());
    std::string mac = Answer(socket.get(), index, address.get());
    if (!mac.empty() || std::chrono::steady_clock::now() > deadline) return mac;
    std::this_thread::sleep_for(kAskInterval);
  }
}

}  // namespace crimux::vm
