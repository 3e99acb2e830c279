#include "vmruntime/pod/agent_files.h"

#include <atomic>
#include <memory>
#include <thread>

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "tests/vmruntime/pod/fake_rooms.h"
#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

using state::ContainerRecord;

struct AgentFilesFixture {
  WorldDir dir;
  // With a thread that asks the hypervisor's agent for as long as it is there.
  std::unique_ptr<World> world = std::make_unique<World>(dir.path(), dir.hypervisor);

  std::string Run() {
    auto request = world->SandboxRequest("web");
    request.mutable_config()->mutable_annotations()->insert({"crimux.io/agent-files", "true"});
    auto container = world->ContainerRequest(world->sandboxes.Run(request));
    auto* variable = container.mutable_config()->add_envs();
    variable->set_key("A");
    variable->set_value("b");
    std::string id = world->containers.Create(container);
    world->containers.Start(id);
    return id;
  }

  ContainerRecord WaitUntilDone(World& where, const std::string& id) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < deadline) {
      auto container = where.registry.FindContainer(id);
      if (container && container->agent_files_done()) return *container;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    FAIL("the files were not delivered");
    throw 0;
  }
};

// Answers what the agent of a guest would, and notes the files that are opened.
struct Agent {
  std::string operator()(const std::string& command) {
    if (command.find("guest-file-open") != std::string::npos) {
      ++opened;
      return R"({"return": 1})";
    }
    if (command.find("guest-file-write") != std::string::npos) {
      auto request = boost::json::parse(command);
      std::string bytes = FromBase64(request.at("arguments").at("buf-b64").as_string().c_str());
      return R"({"return": {"count": )" + std::to_string(bytes.size()) + "}}";
    }
    if (command.find("guest-exec-status") != std::string::npos) {
      return R"({"return": {"exited": true, "exitcode": 0}})";
    }
    if (command.find("guest-exec") != std::string::npos) return R"({"return": {"pid": 1}})";
    return R"({"return": {}})";
  }
  std::atomic<int>& opened;
};

TEST_CASE("a guest whose agent answers gets its files, once") {
  std::atomic<int> opened = 0;
  AgentFilesFixture f;
  f.dir.hypervisor.agent = Agent{opened};
  std::string id = f.Run();
  CHECK(f.WaitUntilDone(*f.world, id).message().empty());
  int first = opened;
  CHECK(first >= 1);
  f.world.reset();
  World again(f.dir.path(), f.dir.hypervisor);
  again.Recover();
  CHECK(again.registry.FindContainer(id)->agent_files_done());
  CHECK(opened == first);
}

TEST_CASE("after a restart of crimuxd a guest that has not answered yet is waited for again") {
  std::atomic<int> opened = 0;
  AgentFilesFixture f;
  std::string id = f.Run();
  CHECK_FALSE(f.world->registry.FindContainer(id)->agent_files_done());
  f.world.reset();
  f.dir.hypervisor.agent = Agent{opened};
  World again(f.dir.path(), f.dir.hypervisor);
  again.Recover();
  f.WaitUntilDone(again, id);
  CHECK(opened >= 1);
}

TEST_CASE("what the agent refuses is the container's message") {
  AgentFilesFixture f;
  f.dir.hypervisor.agent = [](const std::string& command) -> std::string {
    if (command.find("guest-ping") != std::string::npos) return R"({"return": {}})";
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "ask guest agent", "", "not allowed");
  };
  std::string id = f.Run();
  CHECK_THAT(f.WaitUntilDone(*f.world, id).message(), Catch::Contains("not allowed"));
  CHECK(f.world->registry.FindContainer(id)->state() == ContainerRecord::RUNNING);
}

}  // namespace
}  // namespace crimux::vm
