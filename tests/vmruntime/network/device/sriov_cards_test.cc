#include "vmruntime/network/device/sriov_cards.h"

#include <fmt/format.h>

#include <map>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/device/fake_sysfs.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/device/function_cards.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

constexpr const char* kFirst = "0000:3b:02.0";
constexpr const char* kSecond = "0000:3b:02.1";
constexpr const char* kMac = "02:00:00:00:00:07";

// What the CNI plugin has laid down.
const VfSettings kLaidDown{
    .mac = "00:00:00:00:00:00", .vlan = 7, .vlan_qos = 2, .trust = true, .spoof_check = false};

class FakeVfAdmin : public VfAdmin {
 public:
  VfSettings Read(const std::string& physical, int index) override {
    return functions.at(physical + std::to_string(index));
  }
  void Apply(const std::string& physical, int index, const VfSettings& settings) override {
    functions.at(physical + std::to_string(index)) = settings;
  }
  void Move(const std::string& link, const std::filesystem::path& netns,
            const std::string& name) override {
    moved.push_back(link + " to " + netns.filename().string() + " as " + name);
  }

  std::map<std::string, VfSettings> functions{{"phys00", kLaidDown}, {"phys01", kLaidDown}};
  std::vector<std::string> moved;
};

struct Sriov : NetworkWorld {
  FakeSysfs sysfs;
  FakeVfAdmin admin;
  PciFunctions functions = sysfs.Functions();
  SriovCards cards{functions, admin};
  NetworkRequest pod = NewPod("p1");

  std::string RefusalOf(const std::string& address) {
    try {
      cards.Attach({.address = address, .interface = "net1"}, pod.work_dir);
    } catch (const Error& error) {
      CHECK(error.code() == grpc::FAILED_PRECONDITION);
      return error.what();
    }
    return "not refused";
  }
  bool AllAsItWas() {
    return sysfs.Driver(kFirst) == "iavf" && sysfs.Driver(kSecond) == "iavf" &&
           admin.functions.at("phys00") == kLaidDown && admin.functions.at("phys01") == kLaidDown &&
           std::filesystem::is_empty(pod.work_dir);
  }
};

TEST_CASE("a function has the guest's MAC address beside what the plugin laid down, and vfio-pci") {
  Sriov world;
  world.cards.Attach({.address = kSecond, .interface = "net1", .is_link = true, .mac = kMac},
                     world.pod.work_dir);
  CHECK(world.sysfs.Driver(kSecond) == "vfio-pci");
  CHECK(world.sysfs.Driver(kFirst) == "iavf");
  VfSettings expected = kLaidDown;
  expected.mac = kMac;
  CHECK(world.admin.functions.at("phys01") == expected);
  CHECK(world.admin.functions.at("phys00") == kLaidDown);
  // As after a restart.
  SriovCards(world.functions, world.admin).GiveBack(world.pod.netns, world.pod.work_dir);
  CHECK(world.AllAsItWas());
  CHECK(world.admin.moved == std::vector<std::string>{"vf to p1 as net1"});
  world.cards.GiveBack(world.pod.netns, world.pod.work_dir);
  CHECK(world.admin.moved.size() == 1);
}

TEST_CASE("a function that was bound to vfio-pci, or to nothing, is that again") {
  Sriov world;
  auto driver = GENERATE(std::string("vfio-pci"), std::string());
  world.functions.Bind(kFirst, driver);
  world.cards.Attach({.address = kFirst, .interface = "net1"}, world.pod.work_dir);
  CHECK(world.sysfs.Driver(kFirst) == "vfio-pci");
  world.cards.GiveBack(world.pod.netns, world.pod.work_dir);
  CHECK(world.sysfs.Driver(kFirst) == driver);
  CHECK(world.admin.moved.empty());
}

TEST_CASE("without a word about the MAC address it is what is laid down, or a new one") {
  Sriov world;
  world.admin.functions.at("phys00").mac = "02:00:00:00:00:09";
  CHECK(world.cards.Attach({.address = kFirst, .interface = "net1"}, world.pod.work_dir) ==
        "02:00:00:00:00:09");
  std::string mac =
      world.cards.Attach({.address = kSecond, .interface = "net2"}, world.pod.work_dir);
  CHECK(mac.starts_with("02:"));
  CHECK(world.admin.functions.at("phys01").mac == mac);
}

TEST_CASE("a link goes nowhere when the namespace has gone") {
  Sriov world;
  world.cards.Attach({.address = kFirst, .interface = "net1", .is_link = true}, world.pod.work_dir);
  RemoveNetns(world.pod.netns);
  world.cards.GiveBack(world.pod.netns, world.pod.work_dir);
  CHECK(world.AllAsItWas());
  CHECK(world.admin.moved.empty());
}

TEST_CASE("what can't be handed over is refused with the reason, and nothing is changed") {
  Sriov world;
  CHECK_THAT(world.RefusalOf("../../x"), Contains("it is no PCI address"));
  CHECK_THAT(world.RefusalOf("0000:99:00.0"), Contains("the node has no such device"));
  CHECK_THAT(world.RefusalOf("0000:3b:00.0"), Contains("it is no virtual function"));
  SECTION("another user in the IOMMU group") {
    world.sysfs.ShareGroup("0000:3b:05.0", "70", "nvme");
    CHECK_THAT(world.RefusalOf(kFirst),
               Contains("its IOMMU group 70 has 0000:3b:05.0 in it, which nvme uses"));
  }
  SECTION("no IOMMU") {
    std::filesystem::remove(world.sysfs.Device(kFirst) / "iommu_group");
    CHECK_THAT(world.RefusalOf(kFirst), Contains("it is in no IOMMU group"));
  }
  SECTION("no vfio-pci") {
    std::filesystem::remove(world.sysfs.root() / "bus/pci/drivers/vfio-pci");
    CHECK_THAT(world.RefusalOf(kFirst), Contains("module vfio-pci is not loaded"));
  }
  SECTION("a physical function without an interface") {
    std::filesystem::remove_all(world.sysfs.Device("0000:3b:00.0") / "net");
    CHECK_THAT(world.RefusalOf(kFirst), Contains("has no network interface"));
  }
  SECTION("a physical function that doesn't know it") {
    std::filesystem::remove(world.sysfs.Device("0000:3b:00.0") / "virtfn1");
    CHECK_THAT(world.RefusalOf(kSecond), Contains("phys0 doesn't know it"));
  }
  CHECK(world.AllAsItWas());
}

TEST_CASE("a bridge in the IOMMU group is in nobody's way") {
  Sriov world;
  world.sysfs.ShareGroup("0000:3a:00.0", "70", "pcieport");
  world.cards.Attach({.address = kFirst, .interface = "net1"}, world.pod.work_dir);
  CHECK(world.sysfs.Driver(kFirst) == "vfio-pci");
}

TEST_CASE("a driver that doesn't take the function is an error, and all can be given back") {
  Sriov world;
  world.sysfs.stubborn = {"vfio-pci"};
  CHECK_THROWS_WITH(
      world.cards.Attach({.address = kFirst, .interface = "net1", .mac = kMac}, world.pod.work_dir),
      Contains("vfio-pci has not taken it"));
  world.cards.GiveBack(world.pod.netns, world.pod.work_dir);
  CHECK(world.AllAsItWas());
}

TEST_CASE("one function that can't be given back keeps no other, and is tried again") {
  Sriov world;
  world.cards.Attach({.address = kFirst, .interface = "net1"}, world.pod.work_dir);
  world.functions.Bind(kSecond, "");
  world.cards.Attach({.address = kSecond, .interface = "net2"}, world.pod.work_dir);
  world.sysfs.stubborn = {"iavf"};
  CHECK_THROWS_WITH(world.cards.GiveBack(world.pod.netns, world.pod.work_dir),
                    Contains(kFirst) && Contains("iavf has not taken it"));
  CHECK(world.sysfs.Driver(kSecond).empty());
  world.sysfs.stubborn = {};
  world.cards.GiveBack(world.pod.netns, world.pod.work_dir);
  CHECK(world.sysfs.Driver(kFirst) == "iavf");
  CHECK(std::filesystem::is_empty(world.pod.work_dir));
}

TEST_CASE("a link is a function card only if the result's function is a virtual one") {
  Sriov world;
  Sh("ip link add net1 type veth", world.pod.netns);
  auto found = [&](const std::string& interface, const std::string& pci) {
    CniResult result{.interfaces = {}, .cards = {{.name = interface, .pci = pci}}, .ips = {}};
    std::optional<FunctionCard> card;
    RunInNetns(world.pod.netns,
               [&] { card = FindFunctionCard(result, interface, world.functions); });
    return card;
  };
  REQUIRE(found("net1", kSecond));
  CHECK(found("net1", kSecond)->is_link);
  CHECK(found("net1", kSecond)->card.pci == kSecond);
  CHECK_FALSE(found("net1", "0000:3b:00.0"));
  CHECK_FALSE(found("net1", ""));
  // No link, so whatever it is, it is no other card.
  REQUIRE(found("net2", "0000:3b:00.0"));
  CHECK_FALSE(found("net2", "0000:3b:00.0")->is_link);
  CHECK(found("net2", kFirst)->card.name == "net2");
}

TEST_CASE("a link of no device has no PCI address") {
  CHECK(PciAddressOf("lo").empty());
  CHECK(PciAddressOf("no-such-link").empty());
}

}  // namespace
}  // namespace crimux::vm
