#include "vmruntime/network/device/device_cards.h"

#include <algorithm>

#include "vmruntime/network/cni/pod_links.h"
#include "vmruntime/network/device/vhost_socket.h"
#include "vmruntime/network/link/guest_address.h"
#include "vmruntime/network/link/mac.h"
#include "vmruntime/network/link/netlink.h"

namespace crimux::vm {
namespace {

void TellOf(const DeviceInfo& info, GuestInterface* card) {
  card->pci = info.pci;
  card->vdpa = info.kind == DeviceKind::kVdpa ? info.path : "";
  card->vhost_socket = info.kind == DeviceKind::kVhostUser ? info.path : "";
  card->vhost_server = info.server;
}

void AddLinkAddresses(const std::string& interface, GuestInterface* card) {
  if (!card->addresses.empty()) return;
  Netlink netlink;
  std::optional<Link> link = netlink.Find(interface);
  if (!link) return;
  GuestInterface seen = ReadGuestInterface(netlink, *link);
  card->addresses = seen.addresses;
  card->routes = seen.routes;
}

// What nobody tells the guest may have as the pod asks for it.
uint32_t DeviceMtu(const NicRequest& nic, uint32_t told, const std::string& interface) {
  if (told == 0 && nic.mtu != 0) return nic.mtu;
  return MtuFor(nic, interface, told != 0 ? told : kDefaultMtu);
}

}  // namespace

void TellOfDevices(const std::vector<InterfaceDevice>& devices, CniResult* result) {
  for (const InterfaceDevice& device : devices) {
    if (device.info.kind == DeviceKind::kLink) continue;
    auto card = std::ranges::find(result->cards, device.told.name, &GuestInterface::name);
    if (card == result->cards.end()) {
      result->cards.push_back(device.told);
      card = std::prev(result->cards.end());
    }
    TellOf(device.info, &*card);
  }
}

std::optional<GuestInterface> MakeDeviceCard(const CniResult& result, const std::string& interface,
                                             const NetworkRequest& request,
                                             const VdpaReader& vdpa) {
  auto told = std::ranges::find(result.cards, interface, &GuestInterface::name);
  if (told == result.cards.end()) return std::nullopt;
  GuestInterface card = *told;
  if (!card.vdpa.empty()) {
    RefuseBindingOfDevice(request, interface, "a vDPA device");
    VdpaSettings settings = vdpa(card.vdpa);
    if (!settings.mac.empty()) card.mac = settings.mac;
    if (settings.mtu != 0) card.mtu = settings.mtu;
  } else if (!card.vhost_socket.empty()) {
    RefuseBindingOfDevice(request, interface, "a vhost-user socket");
    RequireVhostSocket(card.vhost_socket, card.vhost_server);
  } else {
    return std::nullopt;
  }
  if (IsNoMac(card.mac)) card.mac = RandomMac();
  card.queues = NicRequestFor(request, interface).queues;
  card.mtu = DeviceMtu(NicRequestFor(request, interface), card.mtu, interface);
  AddLinkAddresses(interface, &card);
  return card;
}

}  // namespace crimux::vm
