#include "vmruntime/exec/exec_sync.h"

#include <thread>

#include <catch2/catch.hpp>

#include "base/io/io_thread.h"
#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using grpc::StatusCode;

struct ExecSyncFixture {
  explicit ExecSyncFixture(std::chrono::seconds time = std::chrono::seconds(0)) : boot_time(time) {}

  std::chrono::seconds boot_time;
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};
  NodeKey key{dir.path() / "key"};
  IoThread io;
  GuestCommands commands{world.registry, world.layout, dir.hypervisor, key, boot_time};
  runtime::v1::RunPodSandboxRequest pod = world.SandboxRequest("web");
  std::string id;

  ~ExecSyncFixture() { io.Stop(); }
  void Start(const std::string& exec) {
    pod.mutable_config()->mutable_annotations()->insert({"crimux.io/exec", exec});
    id = world.RunContainer(world.sandboxes.Run(pod));
  }
  // An agent whose commands print "ok", or never end.
  void Agent(bool ends) {
    dir.hypervisor.agent = [ends](const std::string& command) -> std::string {
      if (command.find("guest-exec-status") == std::string::npos) return R"({"return":{"pid":1}})";
      return ends ? R"({"return":{"exited":true,"exitcode":5,"out-data":"b2s="}})"
                  : R"({"return":{"exited":false}})";
    };
  }
  ExecResult Run(std::optional<std::chrono::seconds> timeout = std::nullopt,
                 const CallContext& context = {}) {
    return ExecSync(io.context(), commands,
                    {.container_id = id, .command = {"x"}, .stdout = true, .stderr = true}, timeout,
                    context);
  }
  // The guest has no agent for so long, then one whose commands take that long.
  void AgentComes(std::chrono::milliseconds after, std::chrono::milliseconds command_time) {
    auto comes = std::chrono::steady_clock::now() + after;
    dir.hypervisor.agent = [=](const std::string& command) -> std::string {
      auto now = std::chrono::steady_clock::now();
      if (now < comes) throw Error(StatusCode::UNAVAILABLE, "ask", "the agent", "it isn't there");
      if (command.find("guest-exec-status") == std::string::npos) return R"({"return":{"pid":1}})";
      return now < comes + command_time ? R"({"return":{"exited":false}})"
                                        : R"({"return":{"exited":true,"exitcode":5}})";
    };
  }
  StatusCode Code() {
    return CodeOf([&] { Run(); });
  }
};

TEST_CASE("auto asks the agent when it answers") {
  ExecSyncFixture f;
  f.Agent(true);
  f.Start("auto");
  ExecResult result = f.Run();
  CHECK(result.exit_code == 5);
  CHECK(result.out == "ok");
}

TEST_CASE("a command that takes too long ends with DEADLINE_EXCEEDED") {
  ExecSyncFixture f;
  f.Agent(false);
  f.Start("agent");
  CHECK(CodeOf([&] { f.Run(std::chrono::seconds(1)); }) == StatusCode::DEADLINE_EXCEEDED);
}

TEST_CASE("a command whose caller has gone ends with CANCELLED") {
  ExecSyncFixture f;
  f.Agent(false);
  f.Start("agent");
  std::stop_source gone;
  gone.request_stop();
  CallContext context{.cancelled = gone.get_token()};
  CHECK(CodeOf([&] { f.Run(std::nullopt, context); }) == StatusCode::CANCELLED);
}

TEST_CASE("without a way into the guest the error says what was tried and what to do") {
  ExecSyncFixture f;
  SECTION("none") {
    f.Start("none");
    CHECK_THROWS_WITH(f.Run(), Contains("crimux.io/exec") && Contains("attach"));
  }
  SECTION("neither agent nor address") {
    f.Start("auto");
    CHECK_THROWS_WITH(f.Run(), Contains("agent doesn't answer") && Contains("attach"));
  }
  CHECK(f.Code() == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE("a guest that boots is waited for, and a command's time counts from then") {
  ExecSyncFixture f(std::chrono::seconds(60));
  f.Start("agent");
  f.AgentComes(std::chrono::milliseconds(1500), std::chrono::milliseconds(400));
  CHECK(f.Run(std::chrono::seconds(1)).exit_code == 5);
}

TEST_CASE("a guest that has had its time to boot is waited for no longer") {
  ExecSyncFixture f(std::chrono::seconds(1));
  f.Start("agent");
  CHECK(f.Code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("whoever waits for a guest is told when it has ended") {
  ExecSyncFixture f(std::chrono::seconds(60));
  f.Start("agent");
  std::jthread end([&f] {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    f.dir.hypervisor.End(f.id, MachineEnd::kCrashed);
  });
  CHECK_THROWS_WITH(f.Run(), Contains("not running"));
}

TEST_CASE("an agent that stops answering is UNAVAILABLE") {
  ExecSyncFixture f;
  f.Start("agent");
  CHECK(f.Code() == StatusCode::UNAVAILABLE);
}

TEST_CASE("a container that isn't there, or doesn't run, takes no commands") {
  ExecSyncFixture f;
  f.id = "nobody";
  CHECK(f.Code() == StatusCode::NOT_FOUND);
  f.Start("auto");
  f.dir.hypervisor.End(f.id, MachineEnd::kShutdown);
  CHECK(f.Code() == StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace crimux::vm
