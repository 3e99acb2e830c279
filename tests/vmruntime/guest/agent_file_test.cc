#include "vmruntime/guest/agent_file.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "vmruntime/guest/text.h"

namespace crimux::vm {
namespace {

using boost::json::object;
using boost::json::value;
using Catch::Contains;

// An agent over files in memory, which takes at most a few bytes at once.
struct FakeAgent {
  std::string operator()(const std::string& text) {
    value request = boost::json::parse(text);
    std::string command(request.at("execute").as_string());
    commands.push_back(command);
    return boost::json::serialize(Answer(command, request.at("arguments").as_object()));
  }

  object Answer(const std::string& command, const object& arguments) {
    if (command == "guest-file-open") {
      if (refuses_open) Refuse(command);
      path = arguments.at("path").as_string().c_str();
      return {{"return", 7}};
    }
    if (command == "guest-file-write") {
      if (lies) return {{"return", {{"count", 1 << 30}}}};
      std::string part = FromBase64(arguments.at("buf-b64").as_string().c_str()).substr(0, 1000);
      content += part;
      return {{"return", {{"count", part.size()}}}};
    }
    if (command == "guest-exec") {
      if (runs_nothing) Refuse(command);
      programs.push_back(boost::json::serialize(arguments));
      return {{"return", {{"pid", 5}}}};
    }
    if (command == "guest-exec-status") return {{"return", {{"exited", true}, {"exitcode", 0}}}};
    return {{"return", object()}};
  }

  [[noreturn]] static void Refuse(const std::string& command) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "ask guest agent", command, "not allowed");
  }

  bool refuses_open = false;
  bool runs_nothing = false;
  bool lies = false;
  std::string path;
  std::string content;
  std::vector<std::string> commands;
  std::vector<std::string> programs;
};

const GuestFile kFile{"/etc/app's/a.conf", std::string(100'000, 'x') + std::string("\0\xff", 2),
                      0600};

TEST_CASE("a file is written in parts, whole, with folder and mode") {
  FakeAgent agent;
  WriteByAgent(std::ref(agent), kFile);
  CHECK(agent.path == kFile.path);
  CHECK(agent.content == kFile.content);
  CHECK(agent.programs ==
        std::vector<std::string>{R"({"path":"mkdir","arg":["-p","--","/etc/app's"]})",
                                 R"({"path":"chmod","arg":["0600","--","/etc/app's/a.conf"]})"});
}

TEST_CASE("an agent that runs no programs writes the file all the same") {
  FakeAgent agent;
  agent.runs_nothing = true;
  WriteByAgent(std::ref(agent), kFile);
  CHECK(agent.content == kFile.content);
}

TEST_CASE("an agent that refuses to open a file is quoted") {
  FakeAgent agent;
  agent.refuses_open = true;
  CHECK_THROWS_WITH(WriteByAgent(std::ref(agent), kFile), Contains("not allowed"));
}

TEST_CASE("an agent that lies is not believed, and its file is closed") {
  FakeAgent agent;
  agent.lies = true;
  CHECK_THROWS_WITH(WriteByAgent(std::ref(agent), kFile), Contains("guest-file-write"));
  CHECK(agent.commands.back() == "guest-file-close");
  for (const char* answer : {"", "[]", "{}", R"({"return": "7"})", R"({"return": {}})"}) {
    AskAgent nonsense = [&](const std::string&) { return answer; };
    CHECK_THROWS_AS(WriteByAgent(nonsense, kFile), Error);
  }
}

}  // namespace
}  // namespace crimux::vm
