#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <catch2/catch.hpp>

#include "base/error.h"
#include "ctl/report/json_view.h"
#include "ctl/report/reports.h"
#include "ctl/status_client.h"
#include "tests/temporary_dir.h"

namespace crimux::ctl {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

// Answers one request.
class OneAnswer {
 public:
  OneAnswer(const std::filesystem::path& socket, http::status status, std::string body)
      : acceptor_(io_, asio::local::stream_protocol::endpoint(socket.native())),
        thread_([this, status, body = std::move(body)] { Serve(status, body); }) {}
  ~OneAnswer() { thread_.join(); }
  const std::string& target() const { return target_; }

 private:
  void Serve(http::status status, const std::string& body) {
    auto socket = acceptor_.accept();
    boost::beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(socket, buffer, request);
    target_ = std::string(request.target());
    http::response<http::string_body> response(status, request.version(), body);
    response.prepare_payload();
    http::write(socket, response);
  }

  asio::io_context io_;
  asio::local::stream_protocol::acceptor acceptor_;
  std::string target_;
  std::thread thread_;
};

constexpr char kStatus[] = R"({"version":"0.1.0","uptimeSeconds":300.5,
"runtimes":[
 {"name":"containerd","endpoint":"unix:///c.sock","default":true,"state":"up",
  "version":"containerd 1.6.20","lastError":"",
  "owned":{"sandboxes":2,"containers":3,"images":4,"sandboxIds":[],"containerIds":[]}},
 {"name":"vm","endpoint":"embedded","default":false,"state":"down","version":"",
  "lastError":"no libvirt","owned":{"sandboxes":0,"containers":0,"images":0}}],
"routes":["handler vm -> vm"],"calls":{"inFlight":1,"methods":{}}})";

TEST_CASE("the status is shown as tables") {
  CHECK(StatusReport(ParsePage("status", kStatus)) ==
        "crimuxd 0.1.0, up 5m, calls in flight: 1\n"
        "\n"
        "RUNTIME     STATE  DEFAULT  PODS  CONTAINERS  IMAGES  VERSION            ENDPOINT\n"
        "containerd  up     yes      2     3           4       containerd 1.6.20  unix:///c.sock\n"
        "vm          down   -        0     0           0       -                  embedded\n"
        "vm: last error: no libvirt\n"
        "\n"
        "Routes, of which the first that matches decides:\n"
        "  handler vm -> vm\n");
}

TEST_CASE("a status with less in it is shown, one that is none refused") {
  CHECK(StatusReport(ParsePage("status", R"({"runtimes":[{"name":"a"}]})")) ==
        "crimuxd , calls in flight: \n\n"
        "RUNTIME  STATE  DEFAULT  PODS  CONTAINERS  IMAGES  VERSION  ENDPOINT\n"
        "a        -      -        -     -           -       -        -\n");
  CHECK_THROWS_WITH(ParsePage("status", "[]"), "read status: not a JSON object");
  CHECK_THROWS_WITH(ParsePage("status", "{"), "read status: not a JSON object");
}

TEST_CASE("the status socket is asked by HTTP") {
  TemporaryDir dir;
  std::filesystem::path socket = dir.path() / "s";
  OneAnswer server(socket, http::status::ok, "{}");
  CHECK(GetOverSocket(socket, "/status") == "{}");
  CHECK(server.target() == "/status");
}

TEST_CASE("an answer other than 200 is an error with its text") {
  TemporaryDir dir;
  std::filesystem::path socket = dir.path() / "s";
  OneAnswer server(socket, http::status::not_found, "no such page");
  CHECK_THROWS_WITH(GetOverSocket(socket, "/x"), "get \"/x\": HTTP 404: no such page");
}

TEST_CASE("a socket where nobody listens is an error that names it") {
  CHECK_THROWS_WITH(GetOverSocket("/nowhere/s", "/status"),
                    "ask status socket \"/nowhere/s\": No such file or directory");
  CHECK_THROWS_AS(GetOverSocket(std::string(200, 'x'), "/"), Error);
}

}  // namespace
}  // namespace crimux::ctl
