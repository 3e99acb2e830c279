#include "vmruntime/stats/link_figures.h"

#include <linux/if.h>
#include <netlink/route/link.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/clock.h"
#include "base/fresh_thread.h"
#include "vmruntime/network/link/link_names.h"
#include "vmruntime/network/link/netlink_handle.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

struct SocketFree {
  void operator()(nl_sock* socket) const { nl_socket_free(socket); }
};

bool IsOfThePod(rtnl_link* link) {
  if ((rtnl_link_get_flags(link) & IFF_LOOPBACK) != 0) return false;
  const char* kind = rtnl_link_get_type(link);
  std::string_view name = kind == nullptr ? "" : kind;
  bool is_guests = IsGuestLink(rtnl_link_get_name(link));
  return name != "bridge" && name != "tun" && !is_guests;
}

LinkFigures FiguresOf(rtnl_link* link) {
  return {.name = rtnl_link_get_name(link),
          .rx_bytes = rtnl_link_get_stat(link, RTNL_LINK_RX_BYTES),
          .rx_packets = rtnl_link_get_stat(link, RTNL_LINK_RX_PACKETS),
          .rx_errors = rtnl_link_get_stat(link, RTNL_LINK_RX_ERRORS),
          .rx_dropped = rtnl_link_get_stat(link, RTNL_LINK_RX_DROPPED),
          .tx_bytes = rtnl_link_get_stat(link, RTNL_LINK_TX_BYTES),
          .tx_packets = rtnl_link_get_stat(link, RTNL_LINK_TX_PACKETS),
          .tx_errors = rtnl_link_get_stat(link, RTNL_LINK_TX_ERRORS),
          .tx_dropped = rtnl_link_get_stat(link, RTNL_LINK_TX_DROPPED)};
}

// Of the namespace that the thread is in.
NetworkFigures ReadHere() {
  std::unique_ptr<nl_sock, SocketFree> socket(nl_socket_alloc());
  if (!socket) throw Error(grpc::INTERNAL, "open netlink socket", "", "out of memory");
  NlCheck(nl_connect(socket.get(), NETLINK_ROUTE), "open netlink socket", "");
  NetworkFigures figures{.time = Now(), .links = {}};
  nl_cache* raw = nullptr;
  NlCheck(rtnl_link_alloc_cache(socket.get(), AF_UNSPEC, &raw), "list links", "");
  NlCache cache(raw);
  NlForEach<rtnl_link>(raw, [&](rtnl_link* link) {
    if (IsOfThePod(link)) figures.links.push_back(FiguresOf(link));
  });
  return figures;
}

}  // namespace

const LinkFigures* NetworkFigures::Default() const {
  if (links.empty()) return nullptr;
  auto eth0 = std::ranges::find(links, "eth0", &LinkFigures::name);
  return eth0 == links.end() ? &links.front() : &*eth0;
}

std::map<std::filesystem::path, NetworkFigures> ReadNetworks(
    const std::vector<std::filesystem::path>& namespaces) {
  std::map<std::filesystem::path, NetworkFigures> figures;
  if (namespaces.empty()) return figures;
  RunOnFreshThread([&] {
    for (const std::filesystem::path& netns : namespaces) {
      try {
        EnterNetns(netns);
        figures[netns] = ReadHere();
      } catch (const std::exception& e) {
        spdlog::debug("network figures: {}", e.what());
      }
    }
  });
  return figures;
}

}  // namespace crimux::vm
