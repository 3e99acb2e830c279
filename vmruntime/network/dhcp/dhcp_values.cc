#include "vmruntime/network/dhcp/dhcp_values.h"

#include <algorithm>

#include "base/log.h"
#include "vmruntime/network/link/ip.h"

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

}  // namespace

std::string HostLabel(const PodIdentity& pod) {
  std::string label = pod.hostname.substr(0, pod.hostname.find('.'));
  return IsDomain(label) ? label : "";
}

std::vector<std::string> UsableServers(const DnsSettings& dns, bool v6) {
  std::vector<std::string> servers = Filter(dns.servers, "DNS server", IsIp);
  std::erase_if(servers, [&](const std::string& server) { return IsIpv6(server) != v6; });
  return servers;
}

std::vector<std::string> UsableSearches(const DnsSettings& dns) {
  return Filter(dns.searches, "search domain", IsDomain);
}

}  // namespace crimux::vm
