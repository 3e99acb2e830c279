#include "vmruntime/sessions/pod_sessions.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/pod/fake_rooms.h"
#include "tests/vmruntime/sessions/fake_client.h"
#include "vmruntime/network/link/netlink.h"
#include "vmruntime/network/link/node_route.h"

namespace crimux::vm {
namespace {

grpc::StatusCode CodeOfSession(IoThread& io, Awaitable<void> work) {
  Session session(io, std::move(work));
  return CodeOf([&] { session.WaitForEnd(); });
}

struct Fixture {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  NodeKey key{dir.path() / "key"};
  IoThread io;
  GuestCommands commands{world.registry, world.layout, dir.hypervisor, key,
                         std::chrono::milliseconds(0)};
  SharedConsoles consoles{world.consoles, io.context(), 1024};
  PodSessions sessions{world.registry, consoles, commands};
  streaming::Pipe in{io.context().get_executor(), 1024};
  Received out;

  ~Fixture() { io.Stop(); }
};

TEST_CASE("attach to a container that nobody knows, or that doesn't run, says so") {
  Fixture f;
  auto attach = [&](const std::string& id) {
    streaming::CommandRequest request{.container_id = id, .stdout = true};
    streaming::CommandStreams streams{.out = &f.out};
    return CodeOfSession(f.io, f.sessions.Attach(request, streams));
  };
  CHECK(attach("nobody") == grpc::StatusCode::NOT_FOUND);
  CHECK(attach(f.world.CreateContainer(f.world.RunSandbox("web"))) ==
        grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("port-forward to a sandbox that nobody knows, or that isn't ready, says so") {
  Fixture f;
  auto forward = [&](const std::string& id) {
    return CodeOfSession(f.io, f.sessions.PortForward(id, 80, f.in, f.out));
  };
  CHECK(forward("nobody") == grpc::StatusCode::NOT_FOUND);
  std::string id = f.world.RunSandbox("web");
  f.world.sandboxes.Stop(id);
  CHECK(forward(id) == grpc::StatusCode::FAILED_PRECONDITION);
}

// Runs in a namespace with a bridge to pods, and a link to a gateway.
void InNode(const std::function<void()>& work) {
  TemporaryDir dir;
  std::filesystem::path netns = CreateNetns(dir.path() / "netns", "node");
  RunInNetns(netns, [&] {
    Netlink netlink;
    for (const char* link : {"pods", "outside"}) {
      netlink.CreateBridge(link, link[0] == 'p' ? "02:00:00:00:00:01" : "02:00:00:00:00:02");
      netlink.SetUp(link);
    }
    netlink.AddAddress("pods", "10.7.0.1/24");
    netlink.AddAddress("outside", "192.0.2.2/24");
    RunProcess({.argv = {"ip", "route", "add", "default", "via", "192.0.2.1"}});
    work();
  });
  RemoveNetns(netns);
  RunProcess({.argv = {"umount", "-l", (dir.path() / "netns").string()}});
}

TEST_CASE("a connection to a pod does not leave the node") {
  InNode([] {
    CHECK_NOTHROW(RequireWayOnNode("10.7.0.5"));
    try {
      RequireWayOnNode("10.9.0.5");
      FAIL("the default route leads out of the node");
    } catch (const Error& e) {
      CHECK(e.code() == grpc::StatusCode::FAILED_PRECONDITION);
      CHECK_THAT(e.what(), Catch::Contains("leaves the node, by 192.0.2.1"));
    }
    CHECK_THROWS_WITH(RequireWayOnNode("10.7.0.1"), Catch::Contains("the node's own"));
  });
}

}  // namespace
}  // namespace crimux::vm
