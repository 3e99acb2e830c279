#include "vmruntime/network/cni_result.h"

#include <algorithm>

#include <boost/json.hpp>

#include "base/error.h"
#include "vmruntime/network/cni_config.h"
#include "vmruntime/network/ip.h"

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

}  // namespace

CniResult ParseCniResult(const json::object& result, const std::string& if_name) {
  CniResult parsed;
  std::vector<json::object> interfaces = Objects(result, "interfaces");
  for (const json::object& interface : interfaces) {
    std::string name = JsonString(interface, "name");
    if (!JsonString(interface, "sandbox").empty() && name != "lo") {
      parsed.interfaces.push_back(name);
    }
  }
  if (parsed.interfaces.empty()) parsed.interfaces.push_back(if_name);
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

}  // namespace crimux::vm
