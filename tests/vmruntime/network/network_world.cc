#include "tests/vmruntime/network/network_world.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/mount.h>

#include <chrono>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

#include "base/file.h"
#include "base/process.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

std::vector<std::string> FileNames(const std::filesystem::path& dir) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(dir, failed)) {
    names.push_back(entry.path().filename());
  }
  return names;
}

}  // namespace

NetworkWorld::NetworkWorld() {
  std::random_device random;
  subnet_ = fmt::format("10.{}.{}", 100 + random() % 100, random() % 256);
  prefix6_ = fmt::format("fd{:02x}:{:x}:{:x}:1::", random() % 256, random() % 0xffff + 1,
                         random() % 0xffff + 1);
  bridge_ = fmt::format("cxt{:06x}", random() & 0xffffff);
  config_.cni_bin_dirs = {dir() / "bin", "/usr/lib/cni"};
  config_.cni_conf_dir = dir() / "net.d";
  config_.cni_cache_dir = dir() / "cache";
  config_.netns_dir = dir() / "netns";
  config_.qemu_user = "nobody";
  config_.cni_timeout = std::chrono::seconds(30);
  for (const char* name : {"bin", "net.d", "netns", "pods"}) {
    std::filesystem::create_directory(dir() / name);
  }
}

NetworkWorld::~NetworkWorld() {
  for (int pid : ProcessesWith(dir().string() + "/pods/")) ::kill(pid, SIGKILL);
  for (const std::string& name : FileNames(config_.netns_dir)) {
    RemoveNetns(config_.netns_dir / name);
  }
  while (::umount2(config_.netns_dir.c_str(), MNT_DETACH) == 0) {
  }
  Netlink().Delete(bridge_);
}

std::string NetworkWorld::Ipam() const {
  return fmt::format(R"({{"type": "host-local", "dataDir": "{}/ipam",
      "ranges": [[{{"subnet": "{}.0/24"}}]], "routes": [{{"dst": "0.0.0.0/0"}}]}})",
                     dir().string(), subnet_);
}

void NetworkWorld::UseBridgePlugin(const std::string& more_plugins) {
  WriteConf("10-test.conflist", fmt::format(R"({{"cniVersion": "1.0.0", "name": "{0}", "plugins": [
    {{"type": "bridge", "bridge": "{0}", "isGateway": true, "mtu": 1420, "ipam": {1}}}{2}]}})",
                                            bridge_, Ipam(), more_plugins));
}

std::string NetworkWorld::IpamWith(const std::vector<std::string>& ranges) const {
  std::string range_list;
  std::string routes;
  for (const std::string& range : ranges) {
    bool v6 = range.find(':') != std::string::npos;
    range_list += fmt::format(R"({}[{{"subnet": "{}"}}])", range_list.empty() ? "" : ",", range);
    routes +=
        fmt::format(R"({}{{"dst": "{}"}})", routes.empty() ? "" : ",", v6 ? "::/0" : "0.0.0.0/0");
  }
  return fmt::format(
      R"({{"type": "host-local", "dataDir": "{}/ipam", "ranges": [{}], "routes": [{}]}})",
      dir().string(), range_list, routes);
}

void NetworkWorld::UseBridgeWith(const std::vector<std::string>& ranges) {
  WriteConf("10-test.conf", fmt::format(R"({{"cniVersion": "1.0.0", "name": "{0}", "type": "bridge",
                "bridge": "{0}", "isGateway": true, "mtu": 1420, "ipam": {1}}})",
                                        bridge_, IpamWith(ranges)));
}

void NetworkWorld::UsePtpWith(const std::vector<std::string>& ranges) {
  WriteConf("10-test.conf",
            fmt::format(R"({{"cniVersion": "1.0.0", "name": "{}", "type": "ptp", "ipam": {}}})",
                        bridge_, IpamWith(ranges)));
}

void NetworkWorld::UsePtpPlugin() {
  WriteConf("10-test.conf",
            fmt::format(R"({{"cniVersion": "0.3.1", "name": "{}", "type": "ptp", "ipam": {}}})",
                        bridge_, Ipam()));
}

void NetworkWorld::WriteConf(const std::string& name, const std::string& text) {
  std::ofstream(config_.cni_conf_dir / name) << text;
}

void NetworkWorld::FakePlugin(const std::string& type, const std::string& script) {
  std::filesystem::path file = dir() / "bin" / type;
  std::ofstream(file) << "#!/bin/sh\nDIR=" << dir().string()
                      << "\nINPUT=$DIR/$(basename $0).$CNI_COMMAND\ncat > $INPUT\n"
                      << script << "\n";
  std::filesystem::permissions(file, std::filesystem::perms(0755));
}

NetworkRequest NetworkWorld::NewPod(const std::string& id) {
  NetworkRequest pod{.pod = {.sandbox_id = id,
                             .name = "web-" + id,
                             .pod_namespace = "default",
                             .uid = "uid-" + id,
                             .hostname = "web-" + id},
                     .netns = CreateNetns(config_.netns_dir, id),
                     .work_dir = dir() / "pods" / id};
  std::filesystem::create_directory(pod.work_dir);
  return pod;
}

void NetworkWorld::RemovePod(const NetworkRequest& pod) { RemoveNetns(pod.netns); }

std::vector<std::string> NetworkWorld::Leftovers() const {
  // The kernel takes a while to dissolve a namespace, and the links in it.
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::vector<std::string> left = PresentLeftovers();
  while (!left.empty() && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    left = PresentLeftovers();
  }
  return left;
}

std::vector<std::string> NetworkWorld::PresentLeftovers() const {
  std::vector<std::string> left;
  for (const std::string& name : FileNames(dir() / "ipam" / bridge_)) {
    if (name != "lock" && !name.starts_with("last_reserved")) left.push_back("address " + name);
  }
  for (const std::string& name : FileNames(config_.cni_cache_dir)) left.push_back("cache " + name);
  for (const std::string& name : FileNames(config_.netns_dir)) left.push_back("netns " + name);
  for (const std::string& id : FileNames(dir() / "pods")) {
    for (const std::string& name : FileNames(dir() / "pods" / id)) {
      left.push_back(fmt::format("file {}/{}", id, name));
    }
  }
  for (int pid : ProcessesWith(dir().string() + "/pods/")) {
    left.push_back(fmt::format("process {}", pid));
  }
  if (Netlink().Find(bridge_)) {
    std::string ports = Sh("ip -o link show master " + bridge_);
    if (!ports.empty()) left.push_back("link " + ports);
  }
  return left;
}

std::string Sh(const std::string& command, const std::filesystem::path& netns) {
  ProcessResult result;
  auto run = [&] { result = RunProcess({.argv = {"/bin/sh", "-c", command}}); };
  if (netns.empty()) {
    run();
  } else {
    RunInNetns(netns, run);
  }
  if (!result.Succeeded()) throw std::runtime_error(command + ": " + result.Failure());
  while (!result.out.empty() && result.out.back() == '\n') result.out.pop_back();
  return result.out;
}

std::vector<int> ProcessesWith(const std::string& text) {
  std::vector<int> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    // Empty for a process that has ended and was not waited for.
    std::string command_line;
    std::getline(std::ifstream(entry.path() / "cmdline"), command_line);
    if (command_line.find(text) != std::string::npos) found.push_back(std::stoi(name));
  }
  return found;
}

bool WaitFor(const std::function<bool()>& condition) {
  // A guest asks for routers after 1, 5 and 13 s: on a busy machine the first may be for nothing.
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

}  // namespace crimux::vm
