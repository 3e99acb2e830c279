#include "vmruntime/exec/agent_command.h"

#include <absl/strings/escaping.h>

#include <mutex>
#include <optional>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/vmruntime/exec/streams.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

// An agent whose command ends at the second look, with what the test says.
struct FakeAgent {
  json::object status{{"exited", true}, {"exitcode", 0}};
  std::vector<json::object> asked;
  std::mutex mutex;
  bool never_ends = false;

  std::string Answer(const std::string& command) {
    std::lock_guard lock(mutex);
    asked.push_back(json::parse(command).as_object());
    const json::string& name = asked.back().at("execute").as_string();
    json::object result;
    if (name == "guest-exec") result = {{"pid", 42}};
    if (name == "guest-exec-status") {
      bool first = asked.at(asked.size() - 2).at("execute").as_string() == "guest-exec";
      result = first || never_ends ? json::object{{"exited", false}} : status;
    }
    return json::serialize(json::object{{"return", result}});
  }
  AgentCall Call() {
    return [this](const std::string& command) { return Answer(command); };
  }
};

struct AgentCommandFixture {
  FakeAgent agent;
  boost::asio::io_context io;
  std::optional<AgentCommands> commands{std::in_place};
  Gathered out;
  Gathered err;

  int Run(std::vector<std::string> command, streaming::InputStream* in = nullptr) {
    streaming::CommandStreams streams{.in = in, .out = &out, .err = &err};
    return RunHere(io, commands->Run(agent.Call(), std::move(command), streams));
  }
};

TEST_CASE("the agent gets program, arguments and input, and gives outputs and exit code") {
  AgentCommandFixture f;
  f.agent.status = {{"exited", true},
                    {"exitcode", 3},
                    {"out-data", absl::Base64Escape("out")},
                    {"err-data", absl::Base64Escape("err")}};
  Given in({"in", "put"});
  CHECK(f.Run({"/bin/x", "a \"b\"", ""}, &in) == 3);
  CHECK(f.out.text == "out");
  CHECK(f.err.text == "err");
  CHECK(f.agent.asked.at(0) == json::object{{"execute", "guest-exec"},
                                            {"arguments",
                                             {{"path", "/bin/x"},
                                              {"capture-output", true},
                                              {"arg", {"a \"b\"", ""}},
                                              {"input-data", absl::Base64Escape("input")}}}});
}

TEST_CASE("a command of the agent that a signal ends has the shell's exit code for it") {
  AgentCommandFixture f;
  f.agent.status = {{"exited", true}, {"signal", 9}};
  CHECK(f.Run({"x"}) == 137);
}

TEST_CASE("a command of the agent that is cancelled is killed in the guest") {
  AgentCommandFixture f;
  f.agent.never_ends = true;
  auto work = [](AgentCommandFixture& fixture) -> Awaitable<int> {
    auto command = [](AgentCommandFixture& g) -> Awaitable<void> {
      std::vector<std::string> words = {"sleep", "1000"};
      AgentCall agent = g.agent.Call();
      co_await g.commands->Run(agent, words, streaming::CommandStreams());
    };
    auto soon = []() -> Awaitable<void> { co_await Sleep(std::chrono::milliseconds(100)); };
    co_await Race(command(fixture), soon());
    co_return 0;
  };
  RunHere(f.io, work(f));
  f.commands.reset();
  const json::object& last = f.agent.asked.back();
  CHECK(last.at("arguments").at("path") == "kill");
  CHECK(last.at("arguments").at("arg") == json::array({"-KILL", "42"}));
}

TEST_CASE("more input than the agent can take is refused") {
  AgentCommandFixture f;
  Given in({std::string(1 << 20, 'x'), "x"});
  CHECK_THROWS_WITH(f.Run({"cat"}, &in), Catch::Contains("crimux.io/exec: ssh"));
  CHECK(f.agent.asked.empty());
}

TEST_CASE("an agent that talks nonsense is not understood") {
  AgentCommandFixture f;
  std::string answer = GENERATE("", "[]", "{\"return\":", "{\"return\":5}", "{}");
  AgentCall odd = [answer](const std::string&) { return answer; };
  CHECK_THROWS_WITH(RunHere(f.io, f.commands->Run(odd, {"x"}, streaming::CommandStreams())),
                    Catch::Contains("guest agent"));
}

TEST_CASE("an agent that isn't there doesn't answer") {
  AgentCommandFixture f;
  AgentCall none = [](const std::string&) -> std::string {
    throw Error(grpc::StatusCode::UNAVAILABLE, "ask", "agent", "no");
  };
  CHECK(RunHere(f.io, f.commands->Answers(f.agent.Call())));
  CHECK_FALSE(RunHere(f.io, f.commands->Answers(none)));
}

}  // namespace
}  // namespace crimux::vm
