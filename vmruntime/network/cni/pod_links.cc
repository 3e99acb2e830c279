#include "vmruntime/network/cni/pod_links.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/netlink.h"

namespace crimux::vm {
namespace {

bool HasAddress(const GuestInterface& interface, const std::string& ip) {
  auto is_it = [&](const std::string& address) {
    return ParseCidr(address).Address() == ParseCidr(ip).Address();
  };
  return std::ranges::any_of(interface.addresses, is_it, &GuestAddress::address) ||
         std::ranges::any_of(interface.pod_addresses, is_it);
}

Error WrongResult(const std::string& cause) {
  return {grpc::INTERNAL, "read result of", "CNI ADD", cause};
}

bool Has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

}  // namespace

std::vector<std::string> LinkNames() {
  std::vector<std::string> names;
  for (const Link& link : Netlink().Links()) names.push_back(link.name);
  return names;
}

std::vector<std::string> PodLinks(const CniResult& result, const std::vector<std::string>& before) {
  std::vector<std::string> interfaces = result.interfaces;
  std::vector<Link> links = Netlink().Links();
  std::ranges::sort(links, {}, &Link::index);
  for (const Link& link : links) {
    bool made = link.ethernet && link.master == 0 && !Has(before, link.name);
    // What carries other links is no end of a wire.
    bool is_end = link.kind != "bridge" && link.kind != "vrf" && link.kind != "dummy";
    if (made && is_end && !Has(interfaces, link.name)) interfaces.push_back(link.name);
  }
  for (const GuestInterface& card : result.cards) {
    if (card.IsDevice() && !Has(interfaces, card.name)) interfaces.push_back(card.name);
  }
  return interfaces;
}

std::vector<std::string> PodIps(const CniResult& result,
                                const std::vector<GuestInterface>& interfaces) {
  std::vector<std::string> ips;
  for (const std::string& ip : result.ips) {
    auto owner = std::ranges::find_if(
        interfaces, [&](const GuestInterface& interface) { return HasAddress(interface, ip); });
    if (owner == interfaces.end()) {
      throw WrongResult(fmt::format("no interface of the pod has the address {}", ip));
    }
    if (owner == interfaces.begin()) ips.push_back(ip);
  }
  if (ips.empty()) throw WrongResult("its addresses are none of the pod's first interface");
  return ips;
}

const NicRequest& NicRequestFor(const NetworkRequest& request, const std::string& interface) {
  auto found = std::ranges::find(request.nics, interface, &NicRequest::interface);
  return found == request.nics.end() ? request.nic : *found;
}

NicBinding BindingFor(const NetworkRequest& request, const std::string& interface) {
  const NicRequest& nic = NicRequestFor(request, interface);
  return nic.binding ? *nic.binding : request.nic.binding.value_or(NicBinding::kBridge);
}

void RefuseBindingOfDevice(const NetworkRequest& request, const std::string& interface,
                           std::string_view what) {
  const NicRequest& nic = NicRequestFor(request, interface);
  if (nic.interface.empty() || !nic.binding) return;
  throw Error(grpc::INVALID_ARGUMENT, "bind interface", interface,
              fmt::format("it is {}, which goes to the VM whole, without a binding", what));
}

void CheckNicRequests(const NetworkRequest& request, const std::vector<std::string>& interfaces) {
  for (const NicRequest& nic : request.nics) {
    if (Has(interfaces, nic.interface)) continue;
    throw Error(grpc::INVALID_ARGUMENT, "make a card for interface", nic.interface,
                fmt::format("the pod has only {}", fmt::join(interfaces, ", ")));
  }
}

}  // namespace crimux::vm
