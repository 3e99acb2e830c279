#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/config.h"
#include "tests/temporary_dir.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// A node's network of a test's own: CNI configuration, cache, namespaces and address store under a
// temporary folder, a bridge name and a subnet that no other test has. Removes all of it.
class NetworkWorld {
 public:
  NetworkWorld();
  ~NetworkWorld();
  NetworkWorld(const NetworkWorld&) = delete;
  NetworkWorld& operator=(const NetworkWorld&) = delete;

  // The real bridge plugin, and after it `more_plugins` (JSON, each with a leading comma).
  void UseBridgePlugin(const std::string& more_plugins = "");
  // With addresses of these ranges (CIDR) instead; the first address of each is the gateway's.
  void UseBridgeWith(const std::vector<std::string>& ranges);
  void UsePtpPlugin();
  void UsePtpWith(const std::vector<std::string>& ranges);
  void WriteConf(const std::string& name, const std::string& text);
  // A plugin that is this shell script. It finds its standard input in $INPUT (a file), and $DIR.
  void FakePlugin(const std::string& type, const std::string& script);

  // A pod with a namespace and a work folder.
  NetworkRequest NewPod(const std::string& id);
  void RemovePod(const NetworkRequest& pod);

  // Everything that is left of pods: addresses, cache files, ports of the bridge, DHCP servers,
  // namespaces. Empty when all is clean; waits for that a little.
  std::vector<std::string> Leftovers() const;

  std::string Gateway() const { return subnet_ + ".1"; }
  const std::string& subnet() const { return subnet_; }
  std::string Range() const { return subnet_ + ".0/24"; }
  // A prefix of 64 bits: "fd00:1:2:3::".
  std::string Prefix6() const { return prefix6_; }
  const std::string& bridge() const { return bridge_; }
  const std::filesystem::path& dir() const { return dir_.path(); }
  const VmConfig& config() const { return config_; }
  VmConfig& config() { return config_; }

 private:
  std::vector<std::string> PresentLeftovers() const;
  std::string Ipam() const;
  std::string IpamWith(const std::vector<std::string>& ranges) const;

  TemporaryDir dir_;
  std::string subnet_;  // "10.x.y", a /24
  std::string prefix6_;
  std::string bridge_;
  VmConfig config_;
};

// Trimmed output of a shell command; in the namespace if one is given. Throws when it fails.
std::string Sh(const std::string& command, const std::filesystem::path& netns = {});

// Processes whose command line holds `text`, that have not ended.
std::vector<int> ProcessesWith(const std::string& text);

// Whether it comes true within ten seconds.
bool WaitFor(const std::function<bool()>& condition);

}  // namespace crimux::vm
