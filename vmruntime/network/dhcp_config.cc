#include "vmruntime/network/dhcp_config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/log.h"
#include "vmruntime/network/guest_links.h"
#include "vmruntime/network/ip.h"

namespace crimux::vm {
namespace {

bool IsDomain(const std::string& text) {
  return !text.empty() && text.size() < 254 &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_") ==
             std::string::npos;
}

template <typename Usable>
std::vector<std::string> Filter(const std::vector<std::string>& values, const char* what,
                                Usable&& usable) {
  std::vector<std::string> kept;
  for (const std::string& value : values) {
    if (usable(value)) {
      kept.push_back(value);
    } else {
      spdlog::warn("DHCP: left out the {} {:?}", what, value);
    }
  }
  return kept;
}

// DHCP's host name is one label.
std::string HostLabel(const std::string& hostname) {
  std::string label = hostname.substr(0, hostname.find('.'));
  return IsDomain(label) ? label : "";
}

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

// The lines for one interface: whom it serves, and what it tells.
class InterfaceLines {
 public:
  InterfaceLines(const GuestInterface& interface, int index)
      : interface_(interface), index_(index), tag_(fmt::format("if{}", index)) {}

  std::string Render(const PodIdentity& pod, const DnsSettings& dns) {
    const GuestAddress* address = FirstIpv4(interface_);
    if (address == nullptr) return "";
    Range(ParseCidr(address->address), HostLabel(pod.hostname));
    Option("router", address->gateway);
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
  void Range(const Cidr& cidr, const std::string& host) {
    out_ += fmt::format("interface={}\n", BridgeName(index_));
    // The bridge has no address of this network; this is what makes the range apply to it.
    out_ += fmt::format("shared-network={},{}\n", BridgeName(index_), cidr.Address());
    out_ += fmt::format("dhcp-range=set:{},{},static,{},infinite\n", tag_, cidr.Address(),
                        cidr.Netmask());
    // Whatever client id the guest's firmware, loader and system come up with, the MAC decides.
    out_ += fmt::format("dhcp-host={},id:*,{}{}{},infinite\n", interface_.mac, cidr.Address(),
                        host.empty() ? "" : ",", host);
  }

  // An option without value is not sent, where dnsmasq would send its own address.
  void Option(const std::string& name, const std::string& value) {
    bool number = name.find_first_not_of("0123456789") == std::string::npos;
    out_ += fmt::format("dhcp-option=tag:{},{}{}{}{}\n", tag_, number ? "" : "option:", name,
                        value.empty() ? "" : ",", value);
  }

  void Names(const DnsSettings& dns) {
    auto servers = Filter(dns.servers, "DNS server",
                          [](const auto& server) { return IsIp(server) && !IsIpv6(server); });
    Option("dns-server", fmt::format("{}", fmt::join(servers, ",")));
    auto searches = Filter(dns.searches, "search domain", IsDomain);
    if (searches.empty()) return;
    Option("domain-search", fmt::format("{}", fmt::join(searches, ",")));
    Option("domain-name", searches.front());
  }

  const GuestInterface& interface_;
  int index_;
  std::string tag_;
  std::string out_;
};

}  // namespace

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
      "pid-file={}\n",
      DhcpPidFile(request.work_dir).string());
  for (size_t i = 0; i < network.interfaces.size(); ++i) {
    out +=
        InterfaceLines(network.interfaces[i], static_cast<int>(i)).Render(request.pod, request.dns);
  }
  return out;
}

}  // namespace crimux::vm
