// The pages of the status socket.
#include <cmath>
#include <ctime>
#include <future>
#include <regex>
#include <sstream>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "proxy/status/query.h"
#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;
namespace json = boost::json;

void ListContainers(Node& node) {
  Context context;
  cri::ListContainersResponse response;
  REQUIRE(node.runtime->ListContainers(&context, {}, &response).ok());
}

// The value of a sample such as crimux_calls_total{method="Version",...}; -1 without one.
double Sample(const std::string& metrics, const std::string& sample) {
  std::istringstream lines(metrics);
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with(sample + " ")) return std::stod(line.substr(sample.size() + 1));
  }
  return -1;
}

TEST_CASE("an unknown page is 404, a wrong method 405, and both tell what there is") {
  Node node;
  node.Start();
  HttpReply reply = node.Http("GET", "/nothing");
  CHECK(reply.code == 404);
  CHECK_THAT(reply.body, Catch::Contains("GET /status\n") && Catch::Contains("POST /explain\n"));
  CHECK(node.Http("POST", "/status").code == 405);
  CHECK(node.Http("GET", "/explain").code == 405);
  CHECK(node.Http("GET", "/healthz?verbose").body == "ok\n");
}

TEST_CASE("a runtime of this process has pages of its own") {
  Node node;
  node.Start();
  CHECK(node.Http("GET", "/fake").body == "{\"fake\": true}\n");
  CHECK(node.Http("POST", "/fake").code == 405);
}

TEST_CASE("a runtime's page has the query, and chooses the type; what it throws is the answer") {
  Node node;
  node.Start();
  HttpReply page = node.Http("GET", "/fake?other=1&id=a%20%26b&");
  CHECK(page.code == 200);
  CHECK(page.content_type == "image/png");
  CHECK(page.body == "a &b");
  HttpReply nobody = node.Http("GET", "/fake?id=nobody");
  CHECK(nobody.code == 404);
  CHECK(nobody.body == "find \"nobody\": no id\n");
  CHECK(node.Http("GET", "/fake?id=broken").code == 500);
}

TEST_CASE("a query is read as it comes") {
  using Query = std::map<std::string, std::string>;
  CHECK(proxy::ParseQuery("/a") == Query{});
  CHECK(proxy::ParseQuery("/a?") == Query{});
  CHECK(proxy::ParseQuery("/a?b") == Query{{"b", ""}});
  CHECK(proxy::ParseQuery("/a?b=c=d&=e&f=%41%4g%4") == Query{{"b", "c=d"}, {"f", "A%4g%4"}});
  CHECK(proxy::ParseQuery("/a?b=1&b=2") == Query{{"b", "2"}});
}

TEST_CASE("/runtimes tells the state of each") {
  Node node;
  node.Start();
  REQUIRE(Eventually([&] {
    auto page = json::parse(node.Status("/runtimes"));
    return page.at("runtimes").at(0).at("state") == "up";
  }));
  auto runtimes = json::parse(node.Status("/runtimes")).at("runtimes");
  REQUIRE(runtimes.as_array().size() == 3);
  CHECK(runtimes.at(0).at("name") == "main");
  CHECK(runtimes.at(0).at("timeoutSeconds") == 120.0);
  CHECK(runtimes.at(2).at("endpoint") == "embedded");
}

TEST_CASE("/owners tells whose each id is") {
  Node node;
  node.main.AddContainer("cm", "sm");
  node.vm.AddContainer("cv", "sv");
  node.Start();
  ListContainers(node);
  json::array expected{{{"kind", "container"}, {"id", "cm"}, {"runtime", "main"}},
                       {{"kind", "container"}, {"id", "cv"}, {"runtime", "vm"}}};
  CHECK(json::parse(node.Status("/owners")).at("owners") == expected);
}

TEST_CASE("/calls tells of calls in flight, of failed and slow ones, and sums up the rest") {
  Node node;
  node.vm.AddContainer("cv", "sv");
  node.Start();
  REQUIRE(StatusOf(node, "cv").ok());
  REQUIRE_FALSE(StatusOf(node, "nobody").ok());
  node.vm.On("ContainerStatus", {.holds = true});
  Context context;
  auto held = std::async(std::launch::async, [&] {
    cri::ContainerStatusRequest request;
    request.set_container_id("cv");
    cri::ContainerStatusResponse response;
    return node.runtime->ContainerStatus(&context, request, &response);
  });
  REQUIRE(node.vm.WaitForCall("ContainerStatus", 2));
  auto page = json::parse(node.Status("/calls"));
  context.TryCancel();
  CHECK(held.get().error_code() == grpc::StatusCode::CANCELLED);
  REQUIRE(page.at("inFlight").as_array().size() == 1);
  CHECK(page.at("inFlight").at(0).at("method") == "ContainerStatus");
  CHECK(page.at("inFlight").at(0).at("runtime") == "vm");
  CHECK(page.at("inFlight").at(0).at("ageSeconds").as_double() > 0);
  REQUIRE(page.at("failed").as_array().size() == 1);
  CHECK(page.at("failed").at(0).at("code") == "NotFound");
  CHECK(page.at("failed").at(0).at("runtime") == "");
  CHECK(std::regex_match(page.at("failed").at(0).at("ended").as_string().c_str(),
                         std::regex("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ")));
  CHECK(page.at("slowest").as_array().size() == 2);
  REQUIRE(page.at("methods").as_array().size() == 2);
  CHECK(page.at("methods").at(1).at("runtime") == "vm");
  CHECK(page.at("methods").at(1).at("codes").at("OK") == 1);
}

TEST_CASE("/metrics has calls, durations and those in flight, in Prometheus' text format") {
  Node node;
  node.vm.AddContainer("cv", "sv");
  node.Start();
  REQUIRE(StatusOf(node, "cv").ok());
  REQUIRE_FALSE(StatusOf(node, "nobody").ok());
  ListContainers(node);
  HttpReply reply = node.Http("GET", "/metrics");
  CHECK(reply.content_type == "text/plain; version=0.0.4; charset=utf-8");
  const std::string& text = reply.body;
  CHECK_THAT(text, Catch::Contains("# TYPE crimux_calls_total counter\n"));
  CHECK_THAT(text, Catch::Contains("# TYPE crimux_call_duration_seconds histogram\n"));
  std::string vm = R"({method="ContainerStatus",runtime="vm")";
  CHECK(Sample(text, "crimux_calls_total" + vm + ",code=\"OK\"}") == 1);
  CHECK(Sample(text, "crimux_call_duration_seconds_count" + vm + "}") == 1);
  CHECK(Sample(text, "crimux_call_duration_seconds_bucket" + vm + ",le=\"+Inf\"}") == 1);
  CHECK(Sample(text, "crimux_call_duration_seconds_sum" + vm + "}") > 0);
  CHECK(Sample(text, "crimux_calls_in_flight" + vm + "}") == 0);
  CHECK(Sample(text,
               R"(crimux_calls_total{method="ContainerStatus",runtime="",code="NotFound"})") == 1);
  CHECK(Sample(text, R"(crimux_calls_total{method="ListContainers",runtime="*",code="OK"})") == 1);
  CHECK(Sample(text, "crimux_unknown_method_calls_total") == 0);
  CHECK(Sample(text, R"(crimux_build_info{version="0.1.0"})") == 1);
}

TEST_CASE("/metrics has the runtimes' states and what they own") {
  Node node;
  node.vm.AddContainer("cv", "sv");
  node.Start();
  ListContainers(node);
  node.side_server.reset();
  REQUIRE(Eventually([&] {
    return Sample(node.Status("/metrics"),
                  R"(crimux_runtime_state{runtime="side",state="down"})") == 1;
  }));
  std::string text = node.Status("/metrics");
  CHECK(Sample(text, R"(crimux_runtime_state{runtime="side",state="up"})") == 0);
  CHECK(Sample(text, R"(crimux_runtime_state{runtime="main",state="up"})") == 1);
  CHECK(Sample(text, R"(crimux_owned_objects{runtime="vm",kind="container"})") == 1);
  CHECK(Sample(text, R"(crimux_owned_objects{runtime="main",kind="container"})") == 0);
  CHECK(Sample(text, R"(crimux_last_list_bytes{method="ListContainers",runtime="vm"})") > 0);
  double taken =
      Sample(text, R"(crimux_last_list_timestamp_seconds{method="ListContainers",runtime="side"})");
  CHECK(std::abs(taken - static_cast<double>(std::time(nullptr))) < 60);
}

TEST_CASE("no page tells what a request or an answer held") {
  Node node;
  node.main.On("PullImage", {.status = {grpc::StatusCode::UNKNOWN, "denied for hunter2"}});
  node.Start();
  cri::PullImageRequest request;
  request.mutable_image()->set_image("private.example/hunter2");
  request.mutable_auth()->set_username("hunter2");
  request.mutable_auth()->set_password("hunter2");
  Context context;
  context.AddMetadata("authorization", "hunter2");
  cri::PullImageResponse response;
  REQUIRE_FALSE(node.image->PullImage(&context, request, &response).ok());
  for (const char* page : {"/status", "/runtimes", "/owners", "/calls", "/metrics"}) {
    INFO(page);
    HttpReply reply = node.Http("GET", page);
    CHECK(reply.code == 200);
    CHECK_THAT(reply.body, !Catch::Contains("hunter2"));
  }
  CHECK_THAT(node.Status("/calls"), Catch::Contains("PullImage"));
}

TEST_CASE("every line of /metrics is a comment or a sample, and each family stands together") {
  Node node;
  node.Start();
  ListContainers(node);
  std::istringstream lines(node.Status("/metrics"));
  std::regex comment("# (HELP|TYPE) crimux_[a-z_]+ .+");
  std::regex sample("(crimux_[a-z_]+)(\\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\\})? [-+.e0-9]+");
  std::set<std::string> families;
  std::string line;
  while (std::getline(lines, line)) {
    INFO(line);
    CHECK((std::regex_match(line, comment) || std::regex_match(line, sample)));
    if (line.starts_with("# HELP ")) {
      CHECK(families.insert(line.substr(7, line.find(' ', 7))).second);
    }
  }
  CHECK(families.size() > 5);
}

}  // namespace
}  // namespace crimux
