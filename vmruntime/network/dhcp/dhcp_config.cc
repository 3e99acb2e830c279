#include "vmruntime/network/dhcp/dhcp_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "vmruntime/network/dhcp/dhcp6_config.h"
#include "vmruntime/network/dhcp/dhcp_values.h"
#include "vmruntime/network/link/ip.h"
#include "vmruntime/network/link/link_names.h"

namespace crimux::vm {
namespace {

const GuestAddress* FirstIpv4(const GuestInterface& interface) {
  for (const GuestAddress& address : interface.addresses) {
    if (!IsIpv6(address.address)) return &address;
  }
  return nullptr;
}

// "destination,gateway,…", empty when the router option says it all.
std::string ClasslessRoutes(const GuestInterface& interface) {
  std::vector<std::string> parts;
  bool only_default = true;
  for (const GuestRoute& route : interface.routes) {
    if (IsIpv6(route.destination)) continue;
    if (ParseCidr(route.destination).prefix != 0) only_default = false;
    parts.push_back(route.destination);
    parts.push_back(route.gateway.empty() ? "0.0.0.0" : route.gateway);
  }
  return only_default ? "" : fmt::format("{}", fmt::join(parts, ","));
}

// The lines for DHCPv4 on one interface: its network, and what it tells.
class Dhcp4Lines {
 public:
  Dhcp4Lines(const GuestInterface& interface, int index)
      : interface_(interface), index_(index), tag_(fmt::format("if{}", index)) {}

  std::string Render(const GuestAddress& address, const DnsSettings& dns) {
    Range(ParseCidr(address.address));
    Option("router", address.gateway);
    if (std::string routes = ClasslessRoutes(interface_); !routes.empty()) {
      Option("classless-static-route", routes);
      // The number under which older Windows asks for the same.
      Option("249", routes);
    }
    Option("mtu", fmt::format("{}", interface_.mtu));
    Names(dns);
    return out_;
  }

 private:
  void Range(const Cidr& cidr) {
    if (interface_.binding != NicBinding::kMasquerade) {
      // The bridge has no address of this network; this is what makes the range apply to it.
      out_ += fmt::format("shared-network={},{}\n", BridgeName(index_), cidr.Address());
    }
    out_ += fmt::format("dhcp-range=set:{},{},static,{},infinite\n", tag_, cidr.Address(),
                        cidr.Netmask());
  }

  // An option without value is not sent, where dnsmasq would send its own address.
  void Option(const std::string& name, const std::string& value) {
    bool number = name.find_first_not_of("0123456789") == std::string::npos;
    out_ += fmt::format("dhcp-option=tag:{},{}{}{}{}\n", tag_, number ? "" : "option:", name,
                        value.empty() ? "" : ",", value);
  }

  void Names(const DnsSettings& dns) {
    std::vector<std::string> servers = UsableServers(dns, false);
    Option("dns-server", fmt::format("{}", fmt::join(servers, ",")));
    std::vector<std::string> searches = UsableSearches(dns);
    if (searches.empty()) return;
    Option("domain-search", fmt::format("{}", fmt::join(searches, ",")));
    Option("domain-name", searches.front());
  }

  const GuestInterface& interface_;
  int index_;
  std::string tag_;
  std::string out_;
};

// Whom a card's bridge serves: whatever client id the guest's firmware, loader and system come up
// with, the MAC decides.
std::string HostLine(const GuestInterface& card, const PodIdentity& pod) {
  std::vector<std::string> parts = {card.mac, "id:*"};
  if (const GuestAddress* address = FirstIpv4(card)) {
    parts.push_back(ParseCidr(address->address).Address());
  }
  if (std::string addresses = Dhcp6Addresses(card); !addresses.empty()) parts.push_back(addresses);
  if (std::string host = HostLabel(pod); !host.empty()) parts.push_back(host);
  parts.emplace_back("infinite");
  return fmt::format("dhcp-host={}\n", fmt::join(parts, ","));
}

std::string CardLines(const GuestInterface& card, int index, const NetworkRequest& request) {
  if (card.addresses.empty() || !HasDhcp(card)) return "";
  std::string lines = fmt::format("interface={}\n", BridgeName(index));
  if (const GuestAddress* address = FirstIpv4(card)) {
    lines += Dhcp4Lines(card, index).Render(*address, request.dns);
  }
  return lines + Dhcp6Lines(card, index, request.dns) + HostLine(card, request.pod);
}

}  // namespace

bool HasDhcp(const GuestInterface& card) {
  if (card.IsDevice()) return false;
  return card.binding != NicBinding::kMacvtap || card.macvtap_mode == MacvtapMode::kBridge;
}

std::filesystem::path DhcpConfigFile(const std::filesystem::path& work_dir) {
  return work_dir / "dhcp.conf";
}

std::filesystem::path DhcpPidFile(const std::filesystem::path& work_dir) {
  return work_dir / "dhcp.pid";
}

std::string DhcpConfig(const NetworkRequest& request, const PodNetwork& network) {
  std::string out = fmt::format(
      "port=0\n"
      "except-interface=lo\n"
      "bind-interfaces\n"
      "no-hosts\n"
      "no-resolv\n"
      "no-ping\n"
      "dhcp-authoritative\n"
      "dhcp-ignore=tag:!known\n"
      // All it knows of leases is in this file, so a new process goes on where an old one died.
      "leasefile-ro\n"
      "quiet-dhcp\n"
      "quiet-dhcp6\n"
      "quiet-ra\n"
      "pid-file={}\n",
      DhcpPidFile(request.work_dir).string());
  for (size_t i = 0; i < network.interfaces.size(); ++i) {
    out += CardLines(network.interfaces[i], static_cast<int>(i), request);
  }
  return out;
}

}  // namespace crimux::vm
