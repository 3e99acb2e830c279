// Why a pod or an image goes where it goes, asked of the router and of the status socket.
#include "proxy/routing/explain.h"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "tests/proxy/node.h"

namespace crimux::proxy {
namespace {

namespace json = boost::json;

Explanation Explained(const RouteSubject& subject) {
  return Explain(Router(Node().config), subject);
}

std::string WhyNot(const RouteSubject& subject, size_t rule) {
  Router router(Node().config);
  return Explain(router, subject).rules.at(rule).why_not;
}

TEST_CASE("what no route matches is explained rule by rule") {
  CHECK(WhyNot({}, 0) == "it has no handler; wanted is \"vm\"");
  CHECK(WhyNot({.handler = "kata"}, 0) == "handler is \"kata\", not \"vm\"");
  CHECK(WhyNot({}, 1) ==
        "it has no annotation kubernetes.io/target-runtime; wanted is \"vm\" or \"virtlet.cloud\"");
  CHECK(WhyNot({.annotations = {{"kubernetes.io/target-runtime", "main"}}}, 1) ==
        "annotation kubernetes.io/target-runtime is \"main\", not \"vm\" or \"virtlet.cloud\"");
  CHECK(WhyNot({.labels = {{"tier", "front"}}}, 2) == "label tier is \"front\", not \"side\"");
  CHECK(WhyNot({.pod_namespace = "default"}, 3) == "namespace is \"default\", not \"side-system\"");
  CHECK(WhyNot({}, 4) == "it routes images only");
  CHECK(WhyNot({.image = "nginx"}, 4) == "the image's name does not begin with \"vm.crimux.io/\"");
  CHECK(Explained({}).reason == "no route matches, so the default runtime has it");
}

TEST_CASE("the first route that matches decides, and a later one says so") {
  Router router(Node().config);
  Explanation both = Explain(router, {.handler = "vm", .labels = {{"tier", "side"}}});
  CHECK(both.decision.runtime == "vm");
  CHECK(both.reason == "route 1 decides: handler=vm -> vm");
  CHECK(both.rules[0].decides);
  CHECK(both.rules[2].matches);
  CHECK_FALSE(both.rules[2].decides);
  CHECK(both.rules[2].why_not == "it matches too, but an earlier route decides");
}

TEST_CASE("an annotation that names a runtime decides after the routes") {
  Explanation named = Explained({.annotations = {{"kubernetes.io/target-runtime", "side"}}});
  CHECK(named.decision.runtime == "side");
  CHECK(named.reason ==
        "no route matches, and annotation kubernetes.io/target-runtime names the runtime");
}

TEST_CASE("an annotation that names no runtime is refused whatever the routes say") {
  Explanation refused =
      Explained({.handler = "vm", .annotations = {{"kubernetes.io/target-runtime", "moon"}}});
  CHECK(refused.decision.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(refused.reason.find("\"moon\", which names no runtime") != std::string::npos);
  CHECK(refused.rules[0].matches);
  CHECK_FALSE(refused.rules[0].decides);
}

TEST_CASE("the status socket explains what the proxy then does") {
  Node node;
  node.Start();
  HttpReply reply = node.Http("POST", "/explain",
                              R"({"handler":"", "labels":{"tier":"side"}, "namespace":"default"})");
  REQUIRE(reply.code == 200);
  json::value page = json::parse(reply.body);
  CHECK(page.at("runtime") == "side");
  CHECK(page.at("code") == "OK");
  CHECK(page.at("decidedBy") == "route");
  CHECK(page.at("routes").as_array().size() == 6);
  CHECK(page.at("routes").at(2).at("decides") == true);
  CHECK(page.at("routes").at(0).at("whyNot") == "it has no handler; wanted is \"vm\"");
  runtime::v1::RunPodSandboxRequest request;
  (*request.mutable_config()->mutable_labels())["tier"] = "side";
  Context context;
  runtime::v1::RunPodSandboxResponse response;
  REQUIRE(node.runtime->RunPodSandbox(&context, request, &response).ok());
  CHECK(node.Asked() == "side: RunPodSandbox");
}

TEST_CASE("the holders of an image that is named by its digest are told") {
  Node node;
  std::string id = "sha256:" + std::string(64, 'a');
  node.side.AddImage(id, "side.example/x:1");
  node.Start();
  Context context;
  runtime::v1::ListImagesResponse list;
  REQUIRE(node.image->ListImages(&context, {}, &list).ok());
  auto page = json::parse(node.Http("POST", "/explain", R"({"image":")" + id + "\"}").body);
  CHECK(page.at("decidedBy") == "default");
  CHECK(page.at("holders") == json::array{"side"});
}

TEST_CASE("a body that is no subject is refused with the reason") {
  Node node;
  node.Start();
  HttpReply reply = node.Http("POST", "/explain", "[1");
  CHECK(reply.code == 400);
  CHECK(reply.body == "the body is not a JSON object\n");
  reply = node.Http("POST", "/explain", R"({"handlr":"vm"})");
  CHECK(reply.code == 400);
  CHECK_THAT(reply.body, Catch::StartsWith("unknown key \"handlr\""));
  reply = node.Http("POST", "/explain", R"({"labels":{"a":1}})");
  CHECK(reply.code == 400);
  CHECK(reply.body == "\"a\" must be a string\n");
}

}  // namespace
}  // namespace crimux::proxy
