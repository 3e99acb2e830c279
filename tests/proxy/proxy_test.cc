// The daemon's life: sockets, drain, status.
#include <sys/stat.h>

#include <fstream>
#include <future>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/proxy/node.h"

namespace crimux {
namespace {

namespace cri = runtime::v1;

unsigned Mode(const std::filesystem::path& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777U;
}

// As a daemon leaves it that was killed.
void LeaveSocket(const std::filesystem::path& path) {
  boost::asio::io_context io;
  boost::asio::local::stream_protocol::acceptor acceptor(io, path.native());
}

TEST_CASE("the sockets are the owner's, and the CRI's the group's too") {
  Node node;
  node.Start();
  CHECK(Mode(node.config.listen) == 0660);
  CHECK(Mode(node.config.status) == 0600);
}

TEST_CASE("a second crimux on the same socket is refused, and the first one goes on") {
  Node node;
  node.Start();
  std::map<std::string, proxy::EmbeddedService> embedded{{"vm", Embedded(node.vm)}};
  try {
    proxy::Proxy second(node.config, embedded);
    FAIL("it started");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::FAILED_PRECONDITION);
    CHECK(std::string(e.what()).find(node.config.listen.native()) != std::string::npos);
  }
  Context context;
  cri::VersionResponse response;
  CHECK(node.runtime->Version(&context, {}, &response).ok());
}

TEST_CASE("a socket that another program listens on is not taken") {
  Node node;
  FakeRuntime other(node.side, node.config.listen);
  CHECK_THROWS_WITH(node.StartProxy(), Catch::Contains("another program listens there"));
}

TEST_CASE("a stale socket is no obstacle") {
  Node node;
  LeaveSocket(node.config.listen);
  LeaveSocket(node.config.status);
  node.Start();
  CHECK(node.Status("/healthz") == "ok\n");
}

TEST_CASE("a file in the place of a socket is left alone") {
  Node node;
  std::ofstream(node.config.status) << "precious";
  CHECK_THROWS_WITH(node.StartProxy(), Catch::Contains("isn't a socket"));
  CHECK(std::filesystem::file_size(node.config.status) == 8);
}

TEST_CASE("a path too long for a socket is refused with its name") {
  Node node;
  node.config.listen = node.dir.path() / std::string(120, 'x');
  CHECK_THROWS_WITH(node.StartProxy(), Catch::Contains("too long"));
}

TEST_CASE("a stop lets calls in flight end and refuses new ones") {
  Node node;
  node.Start();
  node.main.On("Version", {.messages = {""}, .delay = std::chrono::milliseconds(300)});
  Context context;
  auto slow = std::async(std::launch::async, [&] {
    cri::VersionResponse response;
    return node.runtime->Version(&context, {}, &response);
  });
  REQUIRE(node.main.WaitForCall("Version", 2));
  node.StopProxy();
  CHECK(slow.get().ok());
  Context late;
  cri::VersionResponse response;
  CHECK(node.runtime->Version(&late, {}, &response).error_code() == grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE("a stop cancels calls that outlast the drain timeout") {
  Node node;
  node.config.drain_timeout = std::chrono::milliseconds(100);
  node.vm.AddContainer("cv", "sv");
  node.Start();
  node.vm.On("StopContainer", {.holds = true});
  Context context;
  auto slow = std::async(std::launch::async, [&] {
    cri::StopContainerRequest request;
    request.set_container_id("cv");
    cri::StopContainerResponse response;
    return node.runtime->StopContainer(&context, request, &response);
  });
  REQUIRE(node.vm.WaitForCall("StopContainer"));
  auto start = std::chrono::steady_clock::now();
  node.StopProxy();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
  CHECK_FALSE(slow.get().ok());
  CHECK(node.vm.WaitForCancelled("StopContainer"));
}

TEST_CASE("a proxy that never ran can be destroyed") {
  Node node;
  std::map<std::string, proxy::EmbeddedService> embedded{{"vm", Embedded(node.vm)}};
  { proxy::Proxy never(node.config, embedded); }
  proxy::Proxy again(node.config, embedded);
}

TEST_CASE("the status socket tells of runtimes, routes, owned ids and calls") {
  Node node;
  node.vm.AddSandbox("sv");
  node.Start();
  node.side_server.reset();
  Context context;
  cri::PodSandboxStatusRequest request;
  request.set_pod_sandbox_id("sv");
  cri::PodSandboxStatusResponse response;
  REQUIRE(node.runtime->PodSandboxStatus(&context, request, &response).ok());
  REQUIRE(Eventually([&] {
    auto runtimes = boost::json::parse(node.Status("/status")).at("runtimes").as_array();
    return runtimes[0].at("version") == "fake-main 1.0" && runtimes[1].at("state") == "down" &&
           runtimes[2].at("version") == "fake-vm 1.0";
  }));
  auto status = boost::json::parse(node.Status("/status"));
  CHECK(status.at("runtimes").at(0).at("default") == true);
  CHECK(status.at("runtimes").at(0).at("state") == "up");
  CHECK(status.at("runtimes").at(1).at("lastError") != "");
  CHECK(status.at("runtimes").at(2).at("endpoint") == "embedded");
  CHECK(status.at("runtimes").at(2).at("owned").at("sandboxIds").at(0) == "sv");
  CHECK(status.at("routes").at(0) == "handler=vm -> vm");
  CHECK(status.at("calls").at("methods").at("PodSandboxStatus").at("OK") == 1);
  CHECK(status.at("calls").at("inFlight") == 0);
  CHECK(node.Status("/nothing").find("/status") != std::string::npos);
}

}  // namespace
}  // namespace crimux
