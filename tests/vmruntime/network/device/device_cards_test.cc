#include "vmruntime/network/device/device_cards.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/unix_listener.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/cni_pod_networks.h"
#include "vmruntime/network/dhcp/dhcp_config.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

// Stands for a plugin of userspace networks: an interface that is no link, with addresses, and
// $INFO in the file that it is told of.
constexpr const char* kDevicePlugin = R"sh(
test $CNI_COMMAND = DEL && exit 0
FILE=$(busybox sed -n 's/.*"CNIDeviceInfoFile":"\([^"]*\)".*/\1/p' $INPUT)
test -e "$FILE" && { echo '{"code": 99, "msg": "a file is there"}'; exit 1; }
cat $DIR/info >$FILE
echo '{"cniVersion": "1.0.0",
  "interfaces": [{"name": "eth0", "sandbox": "'$CNI_NETNS'", "mac": "02:00:00:00:00:05"}],
  "ips": [{"address": "192.0.2.5/24", "gateway": "192.0.2.1", "interface": 0}],
  "routes": [{"dst": "0.0.0.0/0"}]}')sh";

std::string VhostUserInfo(const fs::path& socket, const std::string& mode) {
  return fmt::format(R"({{"type": "vhost-user", "version": "1.1.0",
      "vhost-user": {{"mode": "{}", "path": "{}"}}}})",
                     mode, socket.string());
}

std::string VdpaInfo(const std::string& device, const std::string& driver = "vhost") {
  return fmt::format(R"({{"type": "vdpa", "version": "1.1.0",
      "vdpa": {{"parent-device": "vdpa0", "driver": "{}", "path": "{}"}}}})",
                     driver, device);
}

struct DeviceWorld : NetworkWorld {
  MultusFolders folders{.device_info = dir() / "devinfo", .results = dir() / "results"};
  VdpaSettings vdpa{.mac = "02:00:00:00:00:09", .mtu = 4000};
  CniPodNetworks networks{config(), folders, [this](const fs::path& device) {
                            RequireVdpaDevice(device);
                            return vdpa;
                          }};
  NetworkRequest pod = NewPod("p1");
  fs::path socket = dir() / "switch";

  DeviceWorld() {
    fs::create_directories(folders.device_info);
    fs::create_directories(folders.results);
    FakePlugin("device", kDevicePlugin);
    WriteConf("10-test.conf", R"({"cniVersion": "1.0.0", "name": "test", "type": "device",
                                  "capabilities": {"CNIDeviceInfoFile": true}})");
  }
  void Tell(const std::string& info) { Put(dir() / "info", info); }
  static void Put(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

  // The code and the message of what SetUp throws; nothing is left then.
  std::string Refusal(grpc::StatusCode code) {
    std::string what = "not refused";
    try {
      networks.SetUp(pod);
    } catch (const Error& error) {
      CHECK(error.code() == code);
      what = error.what();
    }
    CHECK(fs::is_empty(pod.work_dir));
    CHECK(fs::is_empty(config().cni_cache_dir));
    return what;
  }
};

TEST_CASE("a vhost-user socket is a card with the result's MAC address, addresses and routes") {
  DeviceWorld world;
  UnixListener listener(world.socket);
  world.Tell(VhostUserInfo(world.socket, "client"));
  world.pod.nic = {.queues = 2, .binding = NicBinding::kMasquerade};
  world.pod.nics = {{.interface = "eth0", .queues = 4, .mtu = 9000}};
  PodNetwork network = world.networks.SetUp(world.pod);
  CHECK(network.ips == Texts{"192.0.2.5"});
  REQUIRE(network.interfaces.size() == 1);
  const GuestInterface& card = network.interfaces[0];
  CHECK(card.name == "eth0");
  CHECK(card.IsDevice());
  CHECK(card.tap.empty());
  CHECK(card.vhost_socket == world.socket);
  CHECK_FALSE(card.vhost_server);
  CHECK(card.mac == "02:00:00:00:00:05");
  CHECK(card.mtu == 9000);
  CHECK(card.queues == 4);
  REQUIRE(card.addresses.size() == 1);
  CHECK(card.addresses[0].gateway == "192.0.2.1");
  REQUIRE(card.routes.size() == 1);
  CHECK_FALSE(HasDhcp(card));
  CHECK_THAT(DhcpConfig(world.pod, network), !Contains("interface=br"));
  CHECK_THAT(Sh("ip -br link", world.pod.netns), !Contains("tap") && !Contains("br0"));
  // As after a restart.
  CniPodNetworks(world.config(), world.folders).Serve(world.pod, network);
  world.networks.TearDown(world.pod);
  CHECK(fs::exists(world.socket));  // the switch's
  world.RemovePod(world.pod);
  CHECK(world.Leftovers() == Texts{});
}

TEST_CASE("a socket that QEMU made goes with the pod, and a file of before is not taken for new") {
  DeviceWorld world;
  world.Tell(VhostUserInfo(world.socket, "server"));
  DeviceWorld::Put(DeviceInfoFile(world.pod.work_dir), "{}");
  PodNetwork network = world.networks.SetUp(world.pod);
  CHECK(network.interfaces.at(0).vhost_server);
  CHECK(network.interfaces[0].mtu == 1500);
  UnixListener listener(world.socket);
  world.networks.TearDown(world.pod);
  CHECK_FALSE(fs::exists(world.socket));
  world.networks.TearDown(world.pod);
  world.RemovePod(world.pod);
  CHECK(world.Leftovers() == Texts{});
}

TEST_CASE("a vDPA device is a card with its own MAC address and MTU") {
  DeviceWorld world;
  world.Tell(VdpaInfo("/dev/null"));
  SECTION("if it has them") {
    GuestInterface card = world.networks.SetUp(world.pod).interfaces.at(0);
    CHECK(card.vdpa == "/dev/null");
    CHECK(card.mac == "02:00:00:00:00:09");
    CHECK(card.mtu == 4000);
    CHECK(card.addresses.size() == 1);
  }
  SECTION("or those of the result, and less MTU if the pod asks for it") {
    world.vdpa.mac.clear();
    world.pod.nics = {{.interface = "eth0", .mtu = 1400}};
    GuestInterface card = world.networks.SetUp(world.pod).interfaces.at(0);
    CHECK(card.mac == "02:00:00:00:00:05");
    CHECK(card.mtu == 1400);
  }
}

TEST_CASE("what can't be a pod's card is refused, with nothing left") {
  DeviceWorld world;
  SECTION("no such socket") {
    world.Tell(VhostUserInfo(world.socket, "client"));
    CHECK_THAT(world.Refusal(grpc::FAILED_PRECONDITION),
               Contains(world.socket.string()) && Contains("it is not there"));
  }
  SECTION("no socket") {
    world.Tell(VhostUserInfo("/dev/null", "client"));
    CHECK_THAT(world.Refusal(grpc::FAILED_PRECONDITION),
               Contains("\"/dev/null\": it is no socket"));
  }
  SECTION("no folder for it") {
    world.Tell(VhostUserInfo("/no/such/p1", "server"));
    CHECK_THAT(world.Refusal(grpc::FAILED_PRECONDITION), Contains("folder that it is to be in"));
  }
  SECTION("a longer path than sockets have") {
    world.Tell(VhostUserInfo("/" + std::string(110, 'x'), "server"));
    CHECK_THAT(world.Refusal(grpc::FAILED_PRECONDITION), Contains("too long"));
  }
  SECTION("a relative path") {
    world.Tell(VhostUserInfo("run/p1", "client"));
    CHECK_THAT(world.Refusal(grpc::INTERNAL), Contains("vhost-user.path is no absolute path"));
  }
  SECTION("no such vDPA device") {
    world.Tell(VdpaInfo("/dev/vhost-vdpa-none"));
    CHECK_THAT(world.Refusal(grpc::FAILED_PRECONDITION),
               Contains("\"/dev/vhost-vdpa-none\": the node has no such device"));
  }
  SECTION("more MTU than the device has") {
    world.Tell(VdpaInfo("/dev/null"));
    world.pod.nics = {{.interface = "eth0", .mtu = 9000}};
    CHECK_THAT(world.Refusal(grpc::INVALID_ARGUMENT), Contains("an MTU of 9000; it has 4000"));
  }
  SECTION("a binding of a vDPA device") {
    world.Tell(VdpaInfo("/dev/null"));
    world.pod.nics = {{.interface = "eth0", .binding = NicBinding::kBridge}};
    CHECK_THAT(world.Refusal(grpc::INVALID_ARGUMENT), Contains("it is a vDPA device"));
  }
  SECTION("a binding of a socket") {
    UnixListener listener(world.socket);
    world.Tell(VhostUserInfo(world.socket, "client"));
    world.pod.nics = {{.interface = "eth0", .binding = NicBinding::kMacvtap}};
    CHECK_THAT(world.Refusal(grpc::INVALID_ARGUMENT), Contains("it is a vhost-user socket"));
  }
  SECTION("memif") {
    world.Tell(R"({"type": "memif", "version": "1.1.0"})");
    CHECK_THAT(world.Refusal(grpc::INVALID_ARGUMENT), Contains("type memif"));
  }
  SECTION("a PCI function that the node hasn't") {
    world.Tell(R"({"type": "pci", "version": "1.1.0", "pci": {"pci-address": "0000:ff:1f.7"}})");
    CHECK_THAT(world.Refusal(grpc::FAILED_PRECONDITION), Contains("0000:ff:1f.7"));
  }
}

TEST_CASE("devices of Multus' networks are the cards after the links, with what its results tell") {
  DeviceWorld world;
  world.UseBridgePlugin();
  fs::remove(world.config().cni_conf_dir / "10-test.conf");
  UnixListener listener(world.socket);
  auto info_of = [&](const std::string& name) { return world.folders.device_info / name; };
  DeviceWorld::Put(info_of("default-fast-p1_net10"), VdpaInfo("/dev/null"));
  DeviceWorld::Put(info_of("default-fast-p1_net2"), VhostUserInfo(world.socket, "client"));
  // Neither is the pod's, and that of a link says nothing that isn't seen.
  DeviceWorld::Put(info_of("default-fast-xp1_net3"), "{");
  DeviceWorld::Put(info_of("default-fast-p1_"), "{");
  DeviceWorld::Put(info_of("default-slow-p1_net4"), VdpaInfo("/dev/sys/virtio5", "virtio"));
  DeviceWorld::Put(world.folders.results / "fast-p1-net2", R"({"kind": "cniCacheV1", "result": {
      "interfaces": [{"name": "net2", "sandbox": "/n", "mac": "02:00:00:00:00:07", "mtu": 3000}],
      "ips": [{"address": "198.51.100.7/24"}]}})");
  DeviceWorld::Put(world.folders.results / "fast-p1-net10", "nonsense");
  PodNetwork network = world.networks.SetUp(world.pod);
  Texts names;
  std::ranges::transform(network.interfaces, std::back_inserter(names), &GuestInterface::name);
  REQUIRE(names == Texts{"eth0", "net2", "net10"});
  CHECK(network.interfaces[0].tap == "tap0");
  CHECK(network.interfaces[1].vhost_socket == world.socket);
  CHECK(network.interfaces[1].mac == "02:00:00:00:00:07");
  CHECK(network.interfaces[1].mtu == 3000);
  CHECK(network.interfaces[1].addresses.at(0).address == "198.51.100.7/24");
  CHECK(network.interfaces[2].vdpa == "/dev/null");
  CHECK(network.interfaces[2].mac == "02:00:00:00:00:09");
  CHECK(network.interfaces[2].addresses.empty());
  world.networks.TearDown(world.pod);
  world.RemovePod(world.pod);
  CHECK(world.Leftovers() == Texts{});
}

}  // namespace
}  // namespace crimux::vm
