#include "vmruntime/network/cni/cni_arguments.h"

#include <algorithm>
#include <limits>
#include <utility>

#include <boost/json.hpp>

#include "base/error.h"
#include "vmruntime/network/cni/cni_config.h"
#include "vmruntime/network/cni/device_files.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

std::string Argument(const std::string& key, const std::string& value) {
  bool bad = std::any_of(value.begin(), value.end(), [](char c) {
    return c == ';' || c == '=' || static_cast<unsigned char>(c) < 0x20;
  });
  if (bad) throw Error(grpc::INVALID_ARGUMENT, "pass to CNI", key, "it holds ';', '=' or controls");
  return ";" + key + "=" + value;
}

json::array Strings(const std::vector<std::string>& values) {
  return json::array(values.begin(), values.end());
}

// Bits that may pass at once: what the rate allows in 20 ms, for the kernel's clock, and no less
// than two of the largest frames that cards hand over as one.
uint64_t BurstOf(uint64_t rate) {
  constexpr uint64_t kLeast = 1 << 20;
  constexpr uint64_t kMost = std::numeric_limits<uint32_t>::max();  // what plugins take
  return std::clamp(rate / 50, kLeast, kMost);
}

json::object Bandwidth(const NetworkRequest& request) {
  json::object bandwidth;
  if (request.ingress_rate != 0) {
    bandwidth["ingressRate"] = request.ingress_rate;
    bandwidth["ingressBurst"] = BurstOf(request.ingress_rate);
  }
  if (request.egress_rate != 0) {
    bandwidth["egressRate"] = request.egress_rate;
    bandwidth["egressBurst"] = BurstOf(request.egress_rate);
  }
  return bandwidth;
}

}  // namespace

CniAttachment CniAttachmentFor(const NetworkRequest& request) {
  const PodIdentity& pod = request.pod;
  if (!IsCniName(pod.sandbox_id)) {
    throw Error(grpc::INVALID_ARGUMENT, "pass to CNI", pod.sandbox_id, "bad container id");
  }
  return {.container_id = pod.sandbox_id,
          .netns = NetnsExists(request.netns) ? request.netns.string() : "",
          .args = "IgnoreUnknown=1" + Argument("K8S_POD_NAMESPACE", pod.pod_namespace) +
                  Argument("K8S_POD_NAME", pod.name) +
                  Argument("K8S_POD_INFRA_CONTAINER_ID", pod.sandbox_id) +
                  Argument("K8S_POD_UID", pod.uid)};
}

json::object CniCapabilitiesFor(const NetworkRequest& request) {
  json::object capabilities;
  json::array ports;
  for (const HostPort& port : request.host_ports) {
    if (port.host_port == 0) continue;
    ports.push_back({{"hostPort", port.host_port},
                     {"containerPort", port.container_port},
                     {"protocol", port.protocol},
                     {"hostIP", port.host_ip}});
  }
  if (!ports.empty()) capabilities["portMappings"] = ports;
  if (json::object bandwidth = Bandwidth(request); !bandwidth.empty()) {
    capabilities["bandwidth"] = std::move(bandwidth);
  }
  const DnsSettings& dns = request.dns;
  if (!dns.servers.empty() || !dns.searches.empty() || !dns.options.empty()) {
    capabilities["dns"] = {{"servers", Strings(dns.servers)},
                           {"searches", Strings(dns.searches)},
                           {"options", Strings(dns.options)}};
  }
  capabilities["CNIDeviceInfoFile"] = DeviceInfoFile(request.work_dir).string();
  return capabilities;
}

}  // namespace crimux::vm
