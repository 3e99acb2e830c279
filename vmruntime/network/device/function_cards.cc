#include "vmruntime/network/device/function_cards.h"

#include <algorithm>

#include "vmruntime/network/link/guest_address.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/vf_admin.h"

namespace crimux::vm {

std::optional<FunctionCard> FindFunctionCard(const CniResult& result, const std::string& interface,
                                             const PciFunctions& functions) {
  auto told = std::ranges::find(result.cards, interface, &GuestInterface::name);
  bool is_told = told != result.cards.end() && !told->pci.empty();
  std::string address = is_told ? told->pci : PciAddressOf(interface);
  Netlink netlink;
  std::optional<Link> link = netlink.Find(interface);
  if ((link || !is_told) && !functions.IsVirtual(address)) return std::nullopt;
  FunctionCard found{.card = link ? ReadGuestInterface(netlink, *link) : *told,
                     .is_link = link.has_value()};
  found.card.name = interface;
  found.card.pci = address;
  if (found.card.mtu == 0) found.card.mtu = kDefaultMtu;
  return found;
}

}  // namespace crimux::vm
