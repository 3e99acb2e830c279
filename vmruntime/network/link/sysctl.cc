#include "vmruntime/network/link/sysctl.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/file.h"

namespace crimux::vm {
namespace {

std::filesystem::path PathOf(const std::string& name) { return "/proc/sys/net/" + name; }

}  // namespace

void SetSysctl(const std::string& name, const std::string& value) {
  std::filesystem::path path = PathOf(name);
  if (!std::filesystem::exists(path)) return;
  UniqueFd file = OpenFile(path, O_WRONLY);
  WriteAll(file.get(), value, path);
}

std::string Sysctl(const std::string& name) {
  std::filesystem::path path = PathOf(name);
  if (!std::filesystem::exists(path)) return "";
  std::string value = ReadFile(path);
  while (!value.empty() && value.back() == '\n') value.pop_back();
  return value;
}

void QuietNamespace() {
  SetSysctl("ipv4/ip_forward", "0");
  SetSysctl("ipv6/conf/all/forwarding", "0");
  for (const char* table : {"iptables", "ip6tables", "arptables"}) {
    SetSysctl(fmt::format("bridge/bridge-nf-call-{}", table), "0");
  }
}

void DisableIpv6(const std::string& link) {
  SetSysctl(fmt::format("ipv6/conf/{}/disable_ipv6", link), "1");
}

void EnableIpv6(const std::string& link) {
  for (auto [name, value] : {std::pair{"accept_ra", "0"},
                             {"accept_dad", "0"},
                             {"autoconf", "0"},
                             {"addr_gen_mode", "1"},
                             {"router_solicitations", "0"},
                             {"forwarding", "1"},
                             {"disable_ipv6", "0"}}) {
    SetSysctl(fmt::format("ipv6/conf/{}/{}", link, name), value);
  }
}

}  // namespace crimux::vm
