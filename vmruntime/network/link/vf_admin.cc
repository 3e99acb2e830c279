#include "vmruntime/network/link/vf_admin.h"

#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netlink/route/link/sriov.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

#include "base/fd.h"
#include "base/file.h"
#include "vmruntime/network/link/netlink_handle.h"

namespace crimux::vm {
namespace {

using NlSocket = std::unique_ptr<nl_sock, NlFree<nl_socket_free>>;
using NlVf = std::unique_ptr<rtnl_link_vf, NlFree<rtnl_link_vf_put>>;

NlSocket Open() {
  NlSocket socket(nl_socket_alloc());
  NlCheck(nl_connect(socket.get(), NETLINK_ROUTE), "open netlink socket", "");
  return socket;
}

NlLink Get(nl_sock* socket, const std::string& name) {
  rtnl_link* raw = nullptr;
  NlCheck(rtnl_link_get_kernel(socket, 0, name.c_str(), &raw), "look up link", name);
  return NlLink(raw);
}

NlMessage SetMessage(rtnl_link* link) {
  NlMessage message(nlmsg_alloc_simple(RTM_SETLINK, 0));
  ifinfomsg info{};
  info.ifi_family = AF_UNSPEC;
  info.ifi_index = rtnl_link_get_ifindex(link);
  nlmsg_append(message.get(), &info, sizeof(info), NLMSG_ALIGNTO);
  return message;
}

void Send(nl_sock* socket, nl_msg* message, const std::string& operation, const std::string& link) {
  NlCheck(nl_send_auto(socket, message), operation, link);
  NlCheck(nl_wait_for_ack(socket), operation, link);
}

template <typename Value>
void Put(nl_msg* message, int attribute, const Value& value) {
  nla_put(message, attribute, sizeof(value), &value);
}

ifla_vf_mac MacOf(uint32_t index, const std::string& mac) {
  ifla_vf_mac value{};
  value.vf = index;
  NlAddr address = NlParse(mac, AF_LLC);
  std::memcpy(value.mac, nl_addr_get_binary_addr(address.get()), nl_addr_get_len(address.get()));
  return value;
}

std::string MacText(rtnl_link_vf* vf) {
  nl_addr* address = nullptr;
  std::array<char, 64> text{};
  if (rtnl_link_vf_get_addr(vf, &address) < 0 || address == nullptr) return "00:00:00:00:00:00";
  return nl_addr2str(address, text.data(), text.size());
}

}  // namespace

VfSettings NetlinkVfAdmin::Read(const std::string& physical, int index) {
  NlSocket socket = Open();
  NlLink link = Get(socket.get(), physical);
  NlVf vf(rtnl_link_vf_get(link.get(), static_cast<uint32_t>(index)));
  if (!vf) throw Error(grpc::INTERNAL, "read virtual function of", physical, "there is none");
  VfSettings settings{.mac = MacText(vf.get())};
  nl_vf_vlans_t* vlans = nullptr;
  if (rtnl_link_vf_get_vlans(vf.get(), &vlans) == 0 && vlans->size > 0) {
    settings.vlan = vlans->vlans[0].vf_vlan;
    settings.vlan_qos = vlans->vlans[0].vf_vlan_qos;
  }
  uint32_t value = 0;
  if (rtnl_link_vf_get_trust(vf.get(), &value) == 0) settings.trust = value == 1;
  if (rtnl_link_vf_get_spoofchk(vf.get(), &value) == 0) settings.spoof_check = value == 1;
  return settings;
}

void NetlinkVfAdmin::Apply(const std::string& physical, int index, const VfSettings& settings) {
  NlSocket socket = Open();
  NlLink link = Get(socket.get(), physical);
  NlMessage message = SetMessage(link.get());
  auto vf = static_cast<uint32_t>(index);
  nlattr* list = nla_nest_start(message.get(), IFLA_VFINFO_LIST);
  nlattr* info = nla_nest_start(message.get(), IFLA_VF_INFO);
  Put(message.get(), IFLA_VF_MAC, MacOf(vf, settings.mac));
  Put(message.get(), IFLA_VF_VLAN, ifla_vf_vlan{vf, settings.vlan, settings.vlan_qos});
  Put(message.get(), IFLA_VF_SPOOFCHK, ifla_vf_spoofchk{vf, settings.spoof_check ? 1U : 0U});
  Put(message.get(), IFLA_VF_TRUST, ifla_vf_trust{vf, settings.trust ? 1U : 0U});
  nla_nest_end(message.get(), info);
  nla_nest_end(message.get(), list);
  Send(socket.get(), message.get(), "set up virtual function of", physical);
}

void NetlinkVfAdmin::Move(const std::string& link, const std::filesystem::path& netns,
                          const std::string& name) {
  UniqueFd target = OpenFile(netns, O_RDONLY);
  NlSocket socket = Open();
  NlLink found = Get(socket.get(), link);
  NlMessage message = SetMessage(found.get());
  nla_put_u32(message.get(), IFLA_NET_NS_FD, static_cast<uint32_t>(target.get()));
  nla_put_string(message.get(), IFLA_IFNAME, name.c_str());
  Send(socket.get(), message.get(), "move link", link);
}

std::string PciAddressOf(const std::string& link) {
  UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ethtool_drvinfo info{};
  info.cmd = ETHTOOL_GDRVINFO;
  ifreq request{};
  link.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = reinterpret_cast<char*>(&info);
  if (::ioctl(socket.get(), SIOCETHTOOL, &request) != 0) return "";
  return {info.bus_info, ::strnlen(info.bus_info, sizeof(info.bus_info))};
}

}  // namespace crimux::vm
