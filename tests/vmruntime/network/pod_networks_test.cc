#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/network/guest_wire.h"
#include "tests/vmruntime/network/network_world.h"
#include "vmruntime/network/cni_pod_networks.h"
#include "vmruntime/network/dhcp/dhcp_server.h"
#include "vmruntime/network/link/netns.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Left = std::vector<std::string>;

TEST_CASE("a pod's interface becomes the guest's, with its MAC, MTU and address") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  PodNetwork network = networks.SetUp(pod);

  std::string ip = world.subnet() + ".2";
  CHECK(network.ips == Left{ip});
  REQUIRE(network.interfaces.size() == 1);
  const GuestInterface& card = network.interfaces[0];
  CHECK(card.tap == "tap0");
  CHECK(card.mtu == 1420);
  REQUIRE(card.addresses.size() == 1);
  CHECK(card.addresses[0].address == ip + "/24");
  CHECK(card.addresses[0].gateway == world.Gateway());
  REQUIRE(card.routes.size() == 1);
  CHECK(card.routes[0].destination == "0.0.0.0/0");
  CHECK(card.routes[0].gateway == world.Gateway());

  std::string links = Sh("ip -d link", pod.netns);
  CHECK(Sh("cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6", pod.netns) == "1");
  CHECK(Sh("ip -o addr show eth0", pod.netns).empty());
  CHECK(Sh("ip -o -4 addr show br0", pod.netns).find("169.254.75.67/32") != std::string::npos);
  CHECK_THAT(Sh("ip link show eth0", pod.netns), !Contains(card.mac) && Contains("master br0"));
  CHECK_THAT(Sh("ip -d link show tap0", pod.netns),
             Contains("mtu 1420") && Contains("persist on") && Contains("vnet_hdr on") &&
                 Contains("user nobody") && Contains("learning off") && Contains("hairpin off") &&
                 Contains("UP"));
  CHECK_THAT(Sh("ip -d link show br0", pod.netns),
             Contains("stp_state 0") && Contains("mcast_snooping 0") && Contains("UP"));

  networks.TearDown(pod);
  CHECK(Sh("ip -br link", pod.netns).find("tap0") == std::string::npos);
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("a guest gets exactly the pod's address by DHCP, and reaches the gateway") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  pod.dns = {.servers = {"10.96.0.10", "fd00::a"}, .searches = {"default.svc", "bad\ndomain"}};
  PodNetwork network = networks.SetUp(pod);
  networks.Serve(pod, network);
  NetworkRequest guest = world.NewPod("guest");
  {
    GuestWire wire(pod.netns, network.interfaces[0], guest.netns);
    std::string answer = AskDhcp(guest.netns, world.dir());
    CHECK_THAT(answer, Contains("\nip=" + network.ips[0] + "\n"));
    CHECK_THAT(answer, Contains("\nmask=24\n") && Contains("\nmtu=1420\n") &&
                           Contains("\nrouter=" + world.Gateway() + "\n") &&
                           Contains("\ndns=10.96.0.10\n") && Contains("\nsearch=default.svc\n") &&
                           Contains("\nhostname=web-p1\n") && Contains("\nlease=4294967295\n"));
    Sh("ip addr add " + network.ips[0] + "/24 dev eth0", guest.netns);
    Sh("busybox ping -c 1 -W 5 " + world.Gateway(), guest.netns);
    Sh("busybox ping -c 1 -W 5 " + network.ips[0]);
  }
  networks.TearDown(pod);
  world.RemovePod(pod);
  world.RemovePod(guest);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("behind a point-to-point link the guest has a host address and a route to its gateway") {
  NetworkWorld world;
  world.UsePtpPlugin();
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  PodNetwork network = networks.SetUp(pod);
  const GuestInterface& card = network.interfaces.at(0);
  CHECK(card.addresses.at(0).address == network.ips[0] + "/32");
  REQUIRE(card.routes.size() == 3);
  CHECK(card.routes[0].destination == world.Gateway() + "/32");
  CHECK(card.routes[0].gateway.empty());
  CHECK(card.routes[2].destination == "0.0.0.0/0");

  networks.Serve(pod, network);
  NetworkRequest guest = world.NewPod("guest");
  {
    GuestWire wire(pod.netns, card, guest.netns);
    std::string answer = AskDhcp(guest.netns, world.dir());
    std::string gateway = world.Gateway();
    CHECK_THAT(answer, Contains("\nip=" + network.ips[0] + "\n") && Contains("\nmask=32\n"));
    CHECK_THAT(answer, Contains("\nstaticroutes=" + gateway + "/32 0.0.0.0 " + world.subnet() +
                                ".0/24 " + gateway + " 0.0.0.0/0 " + gateway + "\n"));
    Sh("ip addr add " + network.ips[0] + "/32 dev eth0; ip route add " + gateway + " dev eth0",
       guest.netns);
    Sh("busybox ping -c 1 -W 5 " + gateway, guest.netns);
  }
  networks.TearDown(pod);
  world.RemovePod(pod);
  world.RemovePod(guest);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("a SetUp whose later step fails leaves nothing") {
  NetworkWorld world;
  world.UseBridgePlugin();
  NetworkRequest pod = world.NewPod("p1");
  SECTION("no user for the tap") { world.config().qemu_user = "no-such-user"; }
  SECTION("the plugins make no interface") {
    world.FakePlugin("bridge", "echo '{\"ips\":[{\"address\":\"10.0.0.5/24\"}]}'");
  }
  CniPodNetworks networks(world.config());
  CHECK_THROWS_AS(networks.SetUp(pod), Error);
  CHECK_THAT(Sh("ip -br link", pod.netns),
             !Contains("eth0") && !Contains("tap0") && !Contains("br0"));
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("a DHCP server that cannot start is an error, and hinders no TearDown") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  PodNetwork network = networks.SetUp(pod);
  SECTION("it has no folder") { std::filesystem::remove_all(pod.work_dir); }
  SECTION("it has no link") {
    RunInNetns(pod.netns, [] { Sh("ip link del br0"); });
  }
  CHECK_THROWS_AS(networks.Serve(pod, network), Error);
  CHECK(ProcessesWith(pod.work_dir).empty());
  networks.TearDown(pod);
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("TearDown works from any half-state, without the namespace, and again") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  SECTION("nothing was set up") {}
  SECTION("all was, and the namespace has gone") {
    networks.Serve(pod, networks.SetUp(pod));
    world.RemovePod(pod);
  }
  SECTION("tap and DHCP server have gone") {
    networks.Serve(pod, networks.SetUp(pod));
    RunInNetns(pod.netns, [] { Sh("ip link del tap0"); });
    DhcpServer(pod.netns, pod.work_dir).Stop();
  }
  CniPodNetworks restarted(world.config());
  restarted.TearDown(pod);
  restarted.TearDown(pod);
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("what is kept of pods that nobody knows is given back, and plugins do so only if asked") {
  NetworkWorld world;
  world.UseBridgePlugin();
  world.config().cni_gc = GENERATE(false, true);
  CniPodNetworks networks(world.config());
  NetworkRequest known = world.NewPod("p1");
  NetworkRequest lost = world.NewPod("p2");
  networks.SetUp(known);
  networks.SetUp(lost);
  world.RemovePod(lost);
  world.FakePlugin("cleaner", "test $CNI_COMMAND != GC || touch $DIR/cleaned");
  world.WriteConf("00-new.conf", R"({"cniVersion":"1.1.0","name":"new","type":"cleaner"})");
  networks.CollectGarbage({"p1"});
  CHECK(std::filesystem::exists(world.dir() / "cleaned") == world.config().cni_gc);
  CHECK(std::filesystem::exists(world.config().cni_cache_dir / "p1.json"));
  CHECK_FALSE(std::filesystem::exists(world.config().cni_cache_dir / "p2.json"));
  networks.TearDown(known);
  world.RemovePod(known);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("a DHCP server runs from when it is asked for, once, and another when it has died") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  PodNetwork network = networks.SetUp(pod);
  CHECK(ProcessesWith(pod.work_dir).empty());
  networks.Serve(pod, network);
  std::vector<int> first = ProcessesWith(pod.work_dir);
  REQUIRE(first.size() == 1);
  networks.Serve(pod, network);
  CHECK(ProcessesWith(pod.work_dir) == first);
  ::kill(first[0], SIGKILL);
  while (!ProcessesWith(pod.work_dir).empty()) std::this_thread::yield();
  networks.Serve(pod, network);
  CHECK(ProcessesWith(pod.work_dir).size() == 1);
  networks.TearDown(pod);
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("readiness tells what is missing") {
  NetworkWorld world;
  CniPodNetworks networks(world.config());
  CHECK_THAT(networks.Readiness().message, Contains("no network configuration"));
  CHECK(networks.Readiness().reason == "CniNotReady");
  NetworkRequest pod = world.NewPod("p1");
  try {
    networks.SetUp(pod);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == grpc::UNAVAILABLE);
  }
  world.UseBridgePlugin(R"(, {"type": "nowhere"})");
  CHECK_THAT(networks.Readiness().message, Contains("find CNI plugin \"nowhere\""));
  world.UseBridgePlugin();
  CHECK(networks.Readiness().ready);
  CHECK(networks.Readiness().reason.empty());
}

TEST_CASE("readiness tells of a program that is not installed") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  std::string path = std::getenv("PATH");
  ::setenv("PATH", world.dir().c_str(), 1);
  NetworkReadiness readiness = networks.Readiness();
  ::setenv("PATH", path.c_str(), 1);
  CHECK_FALSE(readiness.ready);
  CHECK(readiness.reason == "ProgramMissing");
  CHECK_THAT(readiness.message, Contains("dnsmasq"));
}

TEST_CASE("a pod name that would smuggle in an argument is refused, and can be torn down") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  pod.pod.name = "a;IP=10.0.0.1";
  try {
    networks.SetUp(pod);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == grpc::INVALID_ARGUMENT);
  }
  networks.TearDown(pod);
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("plugins are told of the pod, its host ports and its bandwidth") {
  NetworkWorld world;
  world.FakePlugin("recorder",
                   "echo $CNI_ARGS > $DIR/args\n"
                   "test $CNI_COMMAND = DEL || cat $INPUT | busybox sed 's/.*\"prevResult\"://; "
                   "s/}$//'");
  world.UseBridgePlugin(
      R"(, {"type": "recorder", "capabilities": {"portMappings": true, "bandwidth": true}})");
  CniPodNetworks networks(world.config());
  NetworkRequest pod = world.NewPod("p1");
  pod.host_ports = {{.protocol = "tcp", .container_port = 80, .host_port = 8080, .host_ip = ""},
                    {.protocol = "udp", .container_port = 53}};
  pod.ingress_rate = 1'000'000;
  networks.SetUp(pod);
  CHECK(Sh("cat " + (world.dir() / "args").string()) ==
        "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-p1;"
        "K8S_POD_INFRA_CONTAINER_ID=p1;K8S_POD_UID=uid-p1");
  CHECK_THAT(
      Sh("cat " + (world.dir() / "recorder.ADD").string()),
      Contains(
          R"("runtimeConfig":{"portMappings":[{"hostPort":8080,"containerPort":80,"protocol":"tcp","hostIP":""}],"bandwidth":{"ingressRate":1000000,"ingressBurst":1048576}})"));
  networks.TearDown(pod);
  world.RemovePod(pod);
  CHECK(world.Leftovers() == Left{});
}

TEST_CASE("twenty pods at once get addresses of their own and leave nothing") {
  NetworkWorld world;
  world.UseBridgePlugin();
  CniPodNetworks networks(world.config());
  std::vector<NetworkRequest> pods;
  for (int i = 0; i < 20; ++i) pods.push_back(world.NewPod("p" + std::to_string(i)));
  std::vector<std::string> ips(pods.size());
  std::atomic<int> failed = 0;
  auto in_parallel = [&](auto work) {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < pods.size(); ++i) {
      threads.emplace_back([&, i] {
        try {
          work(i);
        } catch (const std::exception& error) {
          ++failed;
          std::fprintf(stderr, "%s\n", error.what());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  in_parallel([&](size_t i) {
    PodNetwork network = networks.SetUp(pods[i]);
    networks.Serve(pods[i], network);
    ips[i] = network.ips.at(0);
  });
  CHECK(failed == 0);
  CHECK(ProcessesWith(world.dir().string() + "/pods/").size() == pods.size());
  std::sort(ips.begin(), ips.end());
  CHECK(std::unique(ips.begin(), ips.end()) == ips.end());
  in_parallel([&](size_t i) {
    networks.TearDown(pods[i]);
    world.RemovePod(pods[i]);
  });
  CHECK(failed == 0);
  CHECK(world.Leftovers() == Left{});
}

}  // namespace
}  // namespace crimux::vm
