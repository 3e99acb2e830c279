// Routes decided without a proxy around them.
#include "proxy/routing/router.h"

#include <catch2/catch.hpp>

namespace crimux::proxy {
namespace {

// "main" is the default though it stands last; each condition has a route of its own.
Config TestConfig() {
  Config config;
  config.runtimes = {{.name = "vm"}, {.name = "side"}, {.name = "main", .is_default = true}};
  config.routes = {
      {.runtime = "vm", .handler = "vm"},
      {.runtime = "vm", .annotation = {{"a", {"1", "2"}}, {"b", {"3"}}}},
      {.runtime = "side", .label = {{"tier", {"side"}}}},
      {.runtime = "side", .pod_namespace = {"n1", "n2"}},
      {.runtime = "side", .image_prefix = {"side/", "other/"}},
      {.runtime = "vm", .handler = ""},
  };
  return config;
}

// A pod that only the last route would match, were its handler empty.
RouteSubject Pod() { return {.handler = "some"}; }

std::string Decided(const RouteSubject& subject, const Config& config = TestConfig()) {
  return Router(config).Decide(subject).runtime;
}

TEST_CASE("Router: what no route matches goes to the default runtime") {
  RouteDecision decision = Router(TestConfig()).Decide(Pod());
  CHECK(decision.runtime == "main");
  CHECK(decision.is_default);
  CHECK(decision.route == nullptr);
  Config config = TestConfig();
  config.routes.clear();
  CHECK(Decided({}, config) == "main");
}

TEST_CASE("Router: a handler matches as a whole, the empty one too") {
  CHECK(Decided({.handler = "vm"}) == "vm");
  CHECK(Decided({.handler = "vms"}) == "main");
  CHECK(Decided({.handler = ""}) == "vm");
}

TEST_CASE("Router: every annotation named must be there, with one of the values") {
  RouteSubject subject = Pod();
  subject.annotations = {{"a", "2"}, {"b", "3"}, {"c", "4"}};
  CHECK(Decided(subject) == "vm");
  subject.annotations = {{"a", "2"}};
  CHECK(Decided(subject) == "main");
  subject.annotations = {{"a", "12"}, {"b", "3"}};
  CHECK(Decided(subject) == "main");
}

TEST_CASE("Router: a label, a namespace or an image's prefix matches") {
  RouteSubject subject = Pod();
  subject.labels = {{"tier", "side"}};
  CHECK(Decided(subject) == "side");
  subject = Pod();
  subject.pod_namespace = "n2";
  CHECK(Decided(subject) == "side");
  subject = Pod();
  subject.image = "other/nginx";
  CHECK(Decided(subject) == "side");
  subject.image = "another/nginx";
  CHECK(Decided(subject) == "main");
}

TEST_CASE("Router: an image prefix never routes a sandbox") {
  Config config = TestConfig();
  config.routes = {{.runtime = "vm", .handler = "vm", .image_prefix = {"vm/"}}};
  CHECK(Decided({.handler = "vm"}, config) == "main");
  CHECK(Decided({.handler = "vm", .image = "vm/disk"}, config) == "vm");
  CHECK(Decided({.handler = "some", .image = "vm/disk"}, config) == "main");
}

TEST_CASE("Router: the first route that matches decides, and is told") {
  Router router(TestConfig());
  RouteSubject subject{.handler = "vm", .pod_namespace = "n1"};
  RouteDecision decision = router.Decide(subject);
  CHECK(decision.runtime == "vm");
  CHECK(decision.route == &router.routes()[0]);
  CHECK_FALSE(decision.is_default);
  subject.handler = "some";
  CHECK(router.Decide(subject).route == &router.routes()[3]);
}

TEST_CASE("Router: a target annotation is a runtime's name, behind the routes") {
  RouteSubject subject = Pod();
  subject.annotations[std::string(kTargetAnnotation)] = "side";
  CHECK(Decided(subject) == "side");
  subject.handler = "vm";
  CHECK(Decided(subject) == "vm");
  subject = Pod();
  subject.annotations[std::string(kTargetAnnotation)] = "main";
  CHECK(Decided(subject) == "main");
  CHECK_FALSE(Router(TestConfig()).Decide(subject).is_default);
}

TEST_CASE("Router: a target that nothing answers to is refused, whatever else would match") {
  RouteSubject subject{.handler = "vm"};
  subject.annotations[std::string(kTargetAnnotation)] = "moon";
  RouteDecision decision = Router(TestConfig()).Decide(subject);
  CHECK(decision.status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK_THAT(decision.status.error_message(), Catch::EndsWith("known are: main, side, vm"));
  CHECK(decision.runtime.empty());
  // A route that names it makes it known, even where its other conditions don't hold.
  Config config = TestConfig();
  config.routes = {{.runtime = "vm",
                    .handler = "other",
                    .annotation = {{std::string(kTargetAnnotation), {"moon"}}}}};
  decision = Router(config).Decide(subject);
  CHECK(decision.runtime == "main");
  CHECK(decision.is_default);
}

TEST_CASE("Router: a route in one line") {
  CHECK(Describe(TestConfig().routes[1]) == "annotation a=1|2, annotation b=3 -> vm");
  CHECK(Describe(TestConfig().routes[4]) == "image prefix=side/|other/ -> side");
}

}  // namespace
}  // namespace crimux::proxy
