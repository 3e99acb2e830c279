// Configs that a running crimux can't change to, and POST /reload.
#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

// What is said of a config that can't be gone over to; also checks that none of it was.
std::string Refusal(Node& node, Config next) {
  next.routes.clear();
  try {
    (**node.proxy).Reload(next);
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::FAILED_PRECONDITION);
    Context context;
    cri::RunPodSandboxRequest request;
    request.set_runtime_handler("vm");
    cri::RunPodSandboxResponse response;
    CHECK(node.runtime->RunPodSandbox(&context, request, &response).ok());
    CHECK(node.Asked() == "vm: RunPodSandbox");
    return e.what();
  }
  return "accepted";
}

TEST_CASE("a reload that would change a socket, the lists' folder or the VM runtime is refused") {
  Node node;
  node.Start();
  const std::string start = "reload the config \"";
  Config next = node.config;
  next.listen = "/run/other.sock";
  CHECK(Refusal(node, next) ==
        start + "listen\": it can't change from " + node.config.listen.native() +
            " to /run/other.sock while crimuxd runs; restart crimuxd for it");
  next = node.config;
  next.status = "/run/other.sock";
  CHECK_THAT(Refusal(node, next), Catch::StartsWith(start + "status\": "));
  next = node.config;
  next.last_known_dir = "/elsewhere";
  CHECK_THAT(Refusal(node, next), Catch::StartsWith(start + "lastKnownDir\": "));
  next = node.config;
  next.streaming.port = 1;
  CHECK_THAT(Refusal(node, next), Catch::StartsWith(start + "streaming\": "));
  next = node.config;
  next.runtimes[2].vm->default_memory *= 2;
  CHECK(Refusal(node, next) == start +
                                   "vm\": the section of runtime vm can't change while crimuxd "
                                   "runs; restart crimuxd for it");
  next = node.config;
  next.runtimes.pop_back();
  CHECK(Refusal(node, next) == start +
                                   "runtimes\": the VM runtime can't be removed while crimuxd "
                                   "runs; restart crimuxd for it");
}

TEST_CASE("the VM runtime can't be added by a reload") {
  Node node;
  Config next = node.config;
  node.config.runtimes.pop_back();
  node.config.routes.clear();
  node.Start();
  CHECK_THROWS_WITH((**node.proxy).Reload(next),
                    Catch::Contains("the VM runtime can't be added while crimuxd runs"));
}

TEST_CASE("POST /reload goes over to what the handler loads, and says what came of it") {
  Node node;
  std::function<Config()> load;
  node.on_reload = [&](const auto& apply) { return apply(load()); };
  node.Start();
  load = [&] { return node.config; };
  HttpReply reply = node.Http("POST", "/reload");
  CHECK(reply.code == 200);
  CHECK(reply.body == "ok: nothing changed\n");
  load = [&] {
    Config next = node.config;
    next.routes.clear();
    return next;
  };
  CHECK(node.Http("POST", "/reload").body == "ok: routes changed\n");
  load = [] { return ParseConfig("listne: /a", "crimux.yaml"); };
  reply = node.Http("POST", "/reload");
  CHECK(reply.code == 400);
  CHECK(reply.body == "crimux.yaml:1:1: listne: unknown key; did you mean \"listen\"?\n");
  load = [&] {
    Config next = node.config;
    next.listen = "/a";
    return next;
  };
  reply = node.Http("POST", "/reload");
  CHECK(reply.code == 409);
  CHECK_THAT(reply.body, Catch::Contains("\"listen\": it can't change"));
  CHECK(node.Http("GET", "/reload").code == 405);
}

TEST_CASE("POST /reload needs a handler") {
  Node node;
  node.Start();
  CHECK(node.Http("POST", "/reload").code == 501);
}

TEST_CASE("a reload of a crimux that stops is refused, whenever it comes") {
  Node node;
  node.Start();
  node.main.On("Version", {.delay = std::chrono::milliseconds(300)});
  std::thread caller([&] {
    Context context;
    cri::VersionResponse response;
    node.runtime->Version(&context, {}, &response);
  });
  REQUIRE(node.main.WaitForCall("Version"));
  (**node.proxy).Stop();
  CHECK_THROWS_WITH((**node.proxy).Reload(node.config), Catch::Contains("crimuxd is stopping"));
  caller.join();
  CHECK_THROWS_WITH((**node.proxy).Reload(node.config), Catch::Contains("crimuxd is stopping"));
}

}  // namespace
}  // namespace crimux
