
#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>
#include <fstream>

#include <catch2/catch.hpp>

#include "tests/vmruntime/network/guest_pod.h"
#include "tests/vmruntime/network/guest_wire.h"
#include "tests/vmruntime/network/packet_capture.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Frames = std::vector<std::string>;

template <typename Predicate>
long Count(const Frames& frames, Predicate predicate) {
  return std::count_if(frames.begin(), frames.end(), predicate);
}

// A pod on the bridge plugin's network, and a namespace that plays its guest.
struct GuestInPod : GuestPod {
  GuestInPod() {
    UseBridgePlugin();
    SetUp();
  }
  // The host's end of the pod's link.
  std::string Port() const { return Sh("ls /sys/class/net/" + bridge() + "/brif"); }
};

// Sends one datagram; whether anybody takes it is not asked.
void SendUdp(const std::string& to, int port) {
  UniqueFd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  ::inet_pton(AF_INET, to.c_str(), &address.sin_addr);
  ::sendto(socket.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&address), sizeof(address));
}

TEST_CASE("nothing of DHCP, router discovery or the server's address is seen outside the pod") {
  GuestInPod world;
  PacketCapture outside(world.Port());
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  REQUIRE_FALSE(AskDhcp(world.guest.netns, world.dir()).empty());
  Sh("ip addr add " + world.ip() + "/24 dev eth0; ip route add 169.254.75.67 dev eth0",
     world.guest.netns);
  // ARP for the server is answered inside. Then what a guest may try towards the outside.
  Sh("busybox arping -c 1 -w 5 -I eth0 169.254.75.67", world.guest.netns);
  RunInNetns(world.guest.netns, [&] {
    for (int port : {9, 67, 68, 546, 547}) SendUdp(world.Gateway(), port);
  });
  // Nor does what goes to the server's address by the gateway.
  Sh("ip route change 169.254.75.67 via " + world.Gateway(), world.guest.netns);
  RunInNetns(world.guest.netns, [&] { SendUdp("169.254.75.67", 9); });
  // The guest's kernel solicits routers soon after its card is up.
  REQUIRE(WaitFor([&] {
    return std::stoi(Sh("grep Icmp6OutRouterSolicits /proc/thread-self/net/snmp6 | tr -dc 0-9 | "
                        "cut -c2-",
                        world.guest.netns)) > 0;
  }));
  Sh("busybox ping -c 1 -W 5 " + world.Gateway(), world.guest.netns);
  REQUIRE(WaitFor([&] { return Count(outside.Frames(), IsPing) >= 2; }));
  // Such a packet would have been seen.
  CHECK(Count(outside.Frames(), [](const auto& f) { return IsUdpTo(f, 9); }) == 1);
  CHECK(Count(outside.Frames(), IsServiceTraffic) == 0);
}

TEST_CASE("no DHCP answer from outside reaches the guest") {
  GuestInPod world;
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  Sh("ip addr add " + world.ip() + "/24 dev eth0", world.guest.netns);
  for (int port : {9, 68, 67, 546, 547}) SendUdp(world.ip(), port);
  Sh("busybox ping -c 1 -W 5 " + world.ip());
  REQUIRE(WaitFor([&] { return Count(wire.ReceivedFrames(), IsPing) >= 1; }));
  CHECK(Count(wire.ReceivedFrames(), [](const auto& f) { return IsUdpTo(f, 9); }) == 1);
  CHECK(Count(wire.ReceivedFrames(), IsServiceTraffic) == 0);
}

TEST_CASE("a lease is renewed by unicast, although the server is on no network of the guest") {
  GuestInPod world;
  GuestWire wire(world.pod.netns, world.card(), world.guest.netns);
  std::filesystem::path script = world.dir() / "script";
  std::filesystem::path events = world.dir() / "events";
  std::ofstream(script) << "#!/bin/sh\necho $1 $ip >> " << events << "\ntest $1 = bound || exit 0\n"
                        << "ip addr add $ip/24 dev eth0\nip route add default via $router\n";
  std::filesystem::permissions(script, std::filesystem::perms(0755));
  std::filesystem::path pid_file = world.dir() / "udhcpc.pid";
  Sh("busybox udhcpc -i eth0 -b -t 5 -T 5 -s " + script.string() + " -p " + pid_file.string(),
     world.guest.netns);
  auto last_event = [&] { return Sh("tail -n 1 " + events.string()); };
  REQUIRE(WaitFor([&] { return last_event() == "bound " + world.ip(); }));
  REQUIRE(WaitFor([&] { return ProcessesWith(pid_file).size() == 1; }));
  std::string pid = std::to_string(ProcessesWith(pid_file).at(0));
  PacketCapture outside(world.Port());
  Sh("kill -USR1 " + pid);
  CHECK(WaitFor([&] { return last_event() == "renew " + world.ip(); }));
  Sh("kill " + pid);
  CHECK(WaitFor([&] { return ProcessesWith(pid_file).empty(); }));
  // Offer, acknowledgement, and the answer to a renewal. That is asked for once more when it comes
  // before udhcpc has closed the socket that it asks by, and so is lost.
  long answers = Count(wire.ReceivedFrames(), [](const auto& f) { return IsUdpTo(f, 68); });
  CHECK((answers == 3 || answers == 4));
  CHECK(Count(outside.Frames(), IsServiceTraffic) == 0);
}

}  // namespace
}  // namespace crimux::vm
