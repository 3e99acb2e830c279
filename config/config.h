#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/image_sources.h"

namespace crimux {

// Which hardware QEMU uses. kAuto: KVM where a guest really runs under it, else TCG.
enum class Accelerator { kAuto, kKvm, kTcg };

// Where streams (exec, attach, port-forward) are served.
struct StreamServerConfig {
  // Of the loopback: whoever has a URL may use it.
  std::string address = "127.0.0.1";
  uint16_t port = 0;  // 0: any
  // A session ends when nothing goes either way for that long.
  std::chrono::milliseconds idle_timeout{4 * 3'600'000};

  bool operator==(const StreamServerConfig&) const = default;
};

// The streams of VMs.
struct StreamingConfig : StreamServerConfig {
  // How much of a console's last output an attach begins with; bytes.
  uint64_t scrollback = 16 << 10;

  bool operator==(const StreamingConfig&) const = default;
};

// The VM runtime inside crimux.
struct VmConfig {
  // Absolute and short: Unix sockets below it must stay under 108 bytes. Images, disks, records.
  std::filesystem::path state_dir = "/var/lib/crimux";
  // CNI plugins and network configurations, as the kubelet's defaults have them.
  std::vector<std::filesystem::path> cni_bin_dirs = {"/opt/cni/bin", "/usr/lib/cni"};
  std::filesystem::path cni_conf_dir = "/etc/cni/net.d";
  // Results of ADD, kept for DEL as libcni does.
  std::filesystem::path cni_cache_dir = "/var/lib/crimux/cni";
  // Whether nobody but crimux uses the networks of cni_conf_dir, so that CNI's GC may be called.
  bool cni_gc = false;
  // Where named network namespaces are mounted.
  std::filesystem::path netns_dir = "/run/netns";
  // How long one CNI plugin may take.
  std::chrono::seconds cni_timeout{120};
  // How long after its start a guest is waited for by commands that it doesn't take yet.
  std::chrono::milliseconds boot_time{60'000};
  Accelerator accelerator = Accelerator::kAuto;
  // RuntimeClass handlers that this runtime accepts beside the empty one.
  std::vector<std::string> handlers = {"vm"};
  // Prefixes of image names that only route; what follows them is the address of the image.
  std::vector<std::string> image_prefixes = {"vm.crimux.io/", "virtlet.cloud/"};
  // Scheme of an image whose name does not say one: "https" or "http".
  std::string image_scheme = "https";
  // Images larger than this are refused; bytes.
  uint64_t image_size_limit = 64ULL << 30;
  // How long a pull goes on after its last caller has left.
  std::chrono::milliseconds image_pull_grace{3'600'000};
  // PEM file of additional certificate authorities for https downloads; empty: the system's.
  std::filesystem::path image_ca_file;
  // Names of images that lead elsewhere; the first that matches wins.
  std::vector<ImageTranslation> image_translations;
  // By name.
  std::map<std::string, ImageTransport> image_transports;
  // Folders whose files may be images (file:).
  std::vector<std::filesystem::path> image_folders;
  // RAM of a VM whose pod sets no memory limit; bytes.
  uint64_t default_memory = 1ULL << 30;
  // Unprivileged user (and its primary group's name) that QEMU runs as.
  std::string qemu_user = "libvirt-qemu";
  std::string qemu_group = "kvm";
  // The QEMU binary; empty: libvirt's choice for the host.
  std::filesystem::path emulator;
  StreamingConfig streaming;
  // The virtiofsd binary; empty: the first one where distributions have it.
  std::filesystem::path virtiofsd;
  // Elements of the domain's XML that pods may say themselves, as paths below <domain>
  // ("cputune", "devices/sound"); "<path>@<attribute>" and "<path>@text": there, also values with
  // "/".
  std::vector<std::string> libvirt_xml_elements;

  bool operator==(const VmConfig&) const = default;
};

// One backend: either `endpoint` or `vm` is set.
struct RuntimeConfig {
  std::string name;
  // "unix:///path"; empty for the embedded VM runtime.
  std::string endpoint;
  std::optional<VmConfig> vm;
  // Takes what no route matches. Exactly one runtime.
  bool is_default = false;
  // For calls that come without a deadline.
  std::chrono::milliseconds timeout{120'000};
  // The longest that a merged list, Status or the search for an id's owner waits for this one.
  std::chrono::milliseconds list_timeout{10'000};
  // Whether the node is ready only while this runtime is. Unset: so for the default runtime.
  std::optional<bool> required;
  // How old its last known lists may be when they stand in for it. Unset: no bound; zero: they
  // never do.
  std::optional<std::chrono::milliseconds> last_known_for;
  // What the names of its images begin with outside, and never inside; "" for nothing.
  std::string image_prefix;
  // Whether crimux serves its streams (exec, attach, port-forward) in its place.
  bool relays_streams = false;

  bool IsRequired() const { return required.value_or(is_default); }

  bool operator==(const RuntimeConfig&) const = default;
};

// The first route whose conditions all match decides. A route has at least one condition.
struct RouteConfig {
  std::string runtime;
  // RuntimeClass handler.
  std::optional<std::string> handler;
  // Pod annotation (or label): each named key must be there with one of the values.
  std::map<std::string, std::vector<std::string>> annotation;
  std::map<std::string, std::vector<std::string>> label;
  // Kubernetes namespaces, one of which must be the pod's.
  std::vector<std::string> pod_namespace;
  // Image name prefixes, one of which must match. Routes images, never sandboxes.
  std::vector<std::string> image_prefix;

  bool operator==(const RouteConfig&) const = default;
};

struct Config {
  std::filesystem::path listen = "/run/crimux/crimux.sock";
  std::filesystem::path status = "/run/crimux/status.sock";
  std::string log_level = "info";
  // How long SIGTERM waits for calls in flight.
  std::chrono::milliseconds drain_timeout{10'000};
  // Where the runtimes' last known lists are kept, one file each.
  std::filesystem::path last_known_dir = "/var/lib/crimux/last-known";
  // "systemd" or "cgroupfs": RuntimeConfig's answer where the default runtime has none. Empty: then
  // there is none.
  std::string cgroup_driver;
  // What Version tells as the runtime's name and version. Empty: what the default runtime does.
  std::string runtime_name;
  std::string runtime_version;
  // Where the streams of runtimes are served that have relays_streams.
  StreamServerConfig streaming;
  // In the order of the file, the default runtime first. At most one has `vm`.
  std::vector<RuntimeConfig> runtimes;
  std::vector<RouteConfig> routes;

  const RuntimeConfig& DefaultRuntime() const { return runtimes.front(); }
  bool operator==(const Config&) const = default;
};

// What runs without a file: containerd on its usual socket as default, the VM runtime, and the
// routes that README names.
Config DefaultConfig();

// Reads a config. Throws Error (INVALID_ARGUMENT) with "file:line:column: what is wrong" for the
// first fault: bad YAML, an unknown key, a wrong type, a value out of range, a route to no runtime,
// no or two defaults, names or endpoints that appear twice.
Config LoadConfig(const std::filesystem::path& file);
// The same for text; `name` stands in for the file in messages.
Config ParseConfig(const std::string& text, const std::string& name);

}  // namespace crimux
