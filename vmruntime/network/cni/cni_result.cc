#include "vmruntime/network/cni/cni_result.h"

#include <algorithm>

#include <boost/json.hpp>

#include "base/error.h"
#include "vmruntime/network/cni/cni_config.h"
#include "vmruntime/network/link/ip.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

Error Malformed(const std::string& cause) {
  return {grpc::INTERNAL, "read result of", "CNI ADD", cause};
}

std::vector<json::object> Objects(const json::object& result, const std::string& key) {
  const json::value* list = result.if_contains(key);
  if (list == nullptr || list->is_null()) return {};
  if (!list->is_array()) throw Malformed(key + " is not a list");
  std::vector<json::object> objects;
  for (const json::value& item : list->as_array()) {
    if (!item.is_object()) throw Malformed("an entry of " + key + " is not an object");
    objects.push_back(item.as_object());
  }
  return objects;
}

// Whether an address belongs to the interface; one that names no interface belongs to the main one.
bool IsOn(const json::object& ip, const std::vector<json::object>& interfaces,
          const std::string& if_name) {
  const json::value* index = ip.if_contains("interface");
  if (index == nullptr || !index->is_int64()) return true;
  auto i = static_cast<size_t>(index->as_int64());
  if (i >= interfaces.size()) throw Malformed("an address names an interface that is not there");
  return JsonString(interfaces[i], "name") == if_name &&
         !JsonString(interfaces[i], "sandbox").empty();
}

// Routes that the result gives to the interface: those by a gateway in its networks, and, for the
// main interface, those by no gateway of their own.
std::vector<GuestRoute> RoutesOf(const json::object& result, const GuestInterface& card,
                                 bool is_main) {
  std::vector<GuestRoute> routes;
  for (const json::object& route : Objects(result, "routes")) {
    std::string destination = JsonString(route, "dst");
    std::string gateway = JsonString(route, "gw");
    for (const GuestAddress& address : card.addresses) {
      Cidr own = ParseCidr(address.address);
      if (IsIpv6(destination) != own.v6) continue;
      Cidr target = ParseCidr(gateway.empty() ? own.Address() : gateway);
      target.prefix = own.prefix;
      bool on_link = target.Network() == own.Network();
      if (gateway.empty() ? !is_main : !on_link) continue;
      routes.push_back({destination, gateway.empty() ? address.gateway : gateway});
      break;
    }
  }
  return routes;
}

// What the result says of interface number `index`.
GuestInterface CardOf(const json::object& result, const json::object& interface, size_t index,
                      bool is_main) {
  GuestInterface card{.name = JsonString(interface, "name")};
  card.pci = JsonString(interface, "pciID");
  card.vhost_socket = JsonString(interface, "socketPath");
  card.mac = JsonString(interface, "mac");
  card.mtu = 0;
  const json::value* mtu = interface.if_contains("mtu");
  if (mtu != nullptr && mtu->is_int64() && mtu->as_int64() > 0) {
    card.mtu = static_cast<uint32_t>(mtu->as_int64());
  }
  for (const json::object& ip : Objects(result, "ips")) {
    const json::value* number = ip.if_contains("interface");
    bool on_it = number != nullptr && number->is_int64()
                     ? static_cast<size_t>(number->as_int64()) == index
                     : is_main;
    if (!on_it) continue;
    std::string address = JsonString(ip, "address");
    ParseCidr(address);
    card.addresses.push_back({address, JsonString(ip, "gateway")});
  }
  card.routes = RoutesOf(result, card, is_main);
  return card;
}

}  // namespace

CniResult ParseCniResult(const json::object& result, const std::string& if_name) {
  CniResult parsed;
  std::vector<json::object> interfaces = Objects(result, "interfaces");
  for (size_t i = 0; i < interfaces.size(); ++i) {
    std::string name = JsonString(interfaces[i], "name");
    if (JsonString(interfaces[i], "sandbox").empty() || name == "lo") continue;
    parsed.interfaces.push_back(name);
    parsed.cards.push_back(CardOf(result, interfaces[i], i, name == if_name));
  }
  if (parsed.interfaces.empty()) {
    parsed.interfaces.push_back(if_name);
    parsed.cards.push_back(CardOf(result, {{"name", if_name}}, interfaces.size(), true));
  }
  // The main interface is the VM's first card.
  std::stable_partition(parsed.interfaces.begin(), parsed.interfaces.end(),
                        [&](const std::string& name) { return name == if_name; });
  for (const json::object& ip : Objects(result, "ips")) {
    if (!IsOn(ip, interfaces, if_name)) continue;
    std::string address = JsonString(ip, "address");
    address.resize(std::min(address.size(), address.find('/')));
    if (!IsIp(address)) throw Malformed("bad address \"" + address + "\"");
    parsed.ips.push_back(address);
  }
  if (parsed.ips.empty()) throw Malformed("it has no address for " + if_name);
  return parsed;
}

GuestInterface ToldCard(const json::object& result, const std::string& if_name) {
  std::vector<json::object> interfaces = Objects(result, "interfaces");
  for (size_t i = 0; i < interfaces.size(); ++i) {
    if (JsonString(interfaces[i], "name") != if_name) continue;
    if (JsonString(interfaces[i], "sandbox").empty()) continue;
    return CardOf(result, interfaces[i], i, true);
  }
  return CardOf(result, {{"name", if_name}}, interfaces.size(), true);
}

}  // namespace crimux::vm
