// Downloads from servers that break off, are busy, have no ranges or lie.
#include <fmt/format.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <future>
#include <sstream>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/fetch/http_server.h"
#include "tests/vmruntime/fetch/plain_download.h"
#include "tests/vmruntime/fetch/small_disk.h"
#include "tests/vmruntime/image/disks.h"
#include "vmruntime/fetch/download.h"
#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

using std::chrono::milliseconds;

std::string Body(size_t size = 300'000) {
  std::string body;
  for (size_t i = 0; i < size; ++i) body += static_cast<char>(i * 31 + i / 1000);
  return body;
}

std::string HeaderOf(const Exchange& exchange, const std::string& name) {
  size_t at = exchange.head().find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  at += name.size() + 4;
  return exchange.head().substr(at, exchange.head().find("\r\n", at) - at);
}

// Where a request wants to begin; 0: at the start.
size_t Start(const Exchange& exchange) {
  std::string range = HeaderOf(exchange, "Range");
  return range.empty() ? 0 : std::stoul(range.substr(std::string("bytes=").size()));
}

void SendRange(Exchange& exchange, const std::string& body, size_t from, size_t bytes,
               const std::string& headers) {
  exchange.Send(
      fmt::format("HTTP/1.1 206 Any\r\nContent-Length: {}\r\nContent-Range: bytes "
                  "{}-{}/{}\r\n{}\r\n",
                  body.size() - from, from, body.size() - 1, body.size(), headers));
  exchange.Send(std::string_view(body).substr(from, bytes));
}

void SendWhole(Exchange& exchange, const std::string& body, size_t bytes,
               const std::string& headers = "") {
  exchange.Send(
      fmt::format("HTTP/1.1 200 Any\r\nContent-Length: {}\r\n{}\r\n", body.size(), headers));
  exchange.Send(std::string_view(body).substr(0, bytes));
}

class Broken {
 public:
  Broken() {
    for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"}) ::unsetenv(name);
  }
  DownloadSpec Spec(const HttpServer& server) const {
    return {.url = server.Url("/a"),
            .shown_url = "http://shown",
            .file = folder_.path() / "file",
            .size_limit = 1U << 20,
            .retry_delay = milliseconds{1}};
  }
  // The download has to succeed, with these bytes.
  void Succeeds(const HttpServer& server, const std::string& body) {
    DownloadSpec spec = Spec(server);
    DownloadResult result = PlainDownload(spec, {});
    Sha256 sum;
    sum.Add(body);
    CHECK(result.digest == sum.Digest());
    CHECK(result.size == body.size());
    CHECK(ReadFile(spec.file) == body);
    std::filesystem::remove(spec.file);
  }
  std::pair<StatusCode, std::string> Fail(const DownloadSpec& spec, std::stop_token stop = {}) {
    try {
      PlainDownload(spec, std::move(stop));
    } catch (const Error& e) {
      CHECK_FALSE(std::filesystem::exists(spec.file));
      return {e.code(), e.what()};
    }
    return {StatusCode::OK, ""};
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

 private:
  TemporaryDir folder_;
};

TEST_CASE_METHOD(Broken, "a download that breaks off goes on where it was") {
  const std::string body = Body();
  for (const std::string& version :
       {std::string("ETag: \"v1\"\r\n"),
        std::string("Date: Tue, 03 Mar 2026 10:00:00 GMT\r\n"
                    "Last-Modified: Mon, 02 Mar 2026 10:00:00 GMT\r\n")}) {
    std::string validators;
    std::atomic<size_t> sent = 0;
    HttpServer server([&](Exchange& exchange) {
      size_t start = Start(exchange);
      if (start > 0) validators += HeaderOf(exchange, "If-Range") + ";";
      size_t bytes = std::min<size_t>(100'000, body.size() - start);
      sent += bytes;
      if (start == 0) return SendWhole(exchange, body, bytes, version);
      SendRange(exchange, body, start, bytes, version);
    });
    Succeeds(server, body);
    CHECK(server.hits() == 3);
    CHECK(sent == body.size());
    std::string validator =
        version.starts_with("ETag") ? "\"v1\"" : "Mon, 02 Mar 2026 10:00:00 GMT";
    CHECK(validators == validator + ";" + validator + ";");
  }
}

TEST_CASE_METHOD(Broken, "more breaks than retries are no failure while bytes come") {
  const std::string body = Body();
  HttpServer server([&](Exchange& exchange) {
    size_t start = Start(exchange);
    if (start == 0) return SendWhole(exchange, body, 20'000, "ETag: \"v\"\r\n");
    SendRange(exchange, body, start, 20'000, "ETag: \"v\"\r\n");
  });
  Succeeds(server, body);
  CHECK(server.hits() == 15);
}

TEST_CASE_METHOD(Broken, "a server without ranges, or without a version, starts over") {
  const std::string body = Body();
  for (const char* version : {"ETag: \"v1\"\r\n", "", "ETag: W/\"v1\"\r\n",
                              "Last-Modified: Mon, 02 Mar 2026 10:00:00 GMT\r\n"}) {
    INFO(version);
    std::string ranges;
    int answers = 0;
    HttpServer server([&](Exchange& exchange) {
      ranges += HeaderOf(exchange, "Range");
      SendWhole(exchange, body, ++answers < 3 ? 50'000 : body.size(), version);
    });
    Succeeds(server, body);
    CHECK(server.hits() == 3);
    CHECK(ranges.empty() == !std::string(version).starts_with("ETag: \""));
  }
}

TEST_CASE_METHOD(Broken, "a file that changed on the server starts over") {
  const std::string old_body = Body();
  const std::string new_body = Body(200'000) + "new";
  HttpServer honest([&](Exchange& exchange) {
    if (HeaderOf(exchange, "Range").empty()) {
      return SendWhole(exchange, old_body, 50'000, "ETag: \"old\"\r\n");
    }
    CHECK(HeaderOf(exchange, "If-Range") == "\"old\"");
    SendWhole(exchange, new_body, new_body.size(), "ETag: \"new\"\r\n");
  });
  Succeeds(honest, new_body);
  // One that ignores If-Range shows it by the size.
  int answers = 0;
  HttpServer careless([&](Exchange& exchange) {
    if (answers++ == 0) return SendWhole(exchange, old_body, 50'000, "ETag: \"old\"\r\n");
    size_t start = Start(exchange);
    if (start > 0) return SendRange(exchange, new_body, start, new_body.size(), "");
    SendWhole(exchange, new_body, new_body.size());
  });
  Succeeds(careless, new_body);
}

TEST_CASE_METHOD(Broken, "a server that sends another range than asked for starts over") {
  const std::string body = Body();
  for (const char* lie : {"bytes 0-299999/300000", "bytes x", "", "bytes 50001-299999/300000"}) {
    INFO(lie);
    int answers = 0;
    HttpServer server([&](Exchange& exchange) {
      if (Start(exchange) > 0) {
        exchange.Send(
            fmt::format("HTTP/1.1 206 Any\r\nContent-Range: {}\r\nContent-Length: "
                        "4\r\n\r\nlies",
                        lie));
        return;
      }
      SendWhole(exchange, body, answers++ == 0 ? 50'000 : body.size(), "ETag: \"v\"\r\n");
    });
    Succeeds(server, body);
    CHECK(server.hits() == 3);
  }
}

TEST_CASE_METHOD(Broken, "a range that the server has not starts over") {
  const std::string body = Body();
  int answers = 0;
  HttpServer server([&](Exchange& exchange) {
    if (Start(exchange) > 0) return exchange.Answer(416, "no");
    SendWhole(exchange, body, answers++ == 0 ? 50'000 : body.size(), "ETag: \"v\"\r\n");
  });
  Succeeds(server, body);
}

TEST_CASE_METHOD(Broken, "a server that claims more than it has is given up") {
  const std::string body = Body(1000);
  HttpServer server([&](Exchange& exchange) {
    if (Start(exchange) > 0) {
      exchange.Send(
          "HTTP/1.1 206 Any\r\nContent-Range: bytes 1000-1999/2000\r\n"
          "Content-Length: 0\r\n\r\n");
      return;
    }
    exchange.Send("HTTP/1.1 200 Any\r\nETag: \"v\"\r\nContent-Length: 2000\r\n\r\n" + body);
  });
  DownloadSpec spec = Spec(server);
  spec.transport.retries = 3;
  CHECK(Fail(spec) == std::pair(StatusCode::UNAVAILABLE,
                                std::string("download \"http://shown\": the transfer broke off")));
  // The first attempt came farther than ever, and counts as the first failure.
  CHECK(server.hits() == 4);
}

TEST_CASE_METHOD(Broken, "a server that is busy is asked again, and after the time it wants") {
  int answers = 0;
  HttpServer server([&](Exchange& exchange) {
    if (answers++ < 2) return exchange.Answer(503, "busy", "Retry-After: 0\r\n");
    exchange.Answer(200, "abc");
  });
  Succeeds(server, "abc");
  CHECK(server.hits() == 3);

  std::stop_source stop;
  HttpServer patient([&](Exchange& exchange) {
    exchange.Answer(429, "busy", "Retry-After: 50\r\n");
    stop.request_stop();
  });
  // Waits, and so is still there to be stopped.
  CHECK(Fail(Spec(patient), stop.get_token()).first == StatusCode::CANCELLED);
  CHECK(patient.hits() == 1);
}

TEST_CASE_METHOD(Broken, "what will not pass is not tried again") {
  for (int status : {400, 401, 403, 404}) {
    HttpServer server([&](Exchange& exchange) { exchange.Answer(status, "no"); });
    Fail(Spec(server));
    CHECK(server.hits() == 1);
  }
  HttpServer huge([&](Exchange& exchange) { SendWhole(exchange, Body(2U << 20), 1); });
  CHECK(Fail(Spec(huge)).first == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(huge.hits() == 1);
}

TEST_CASE_METHOD(Broken, "a server that never sends a byte is tried three times") {
  HttpServer server([&](Exchange& exchange) { exchange.Answer(500, "no"); });
  CHECK(Fail(Spec(server)) == std::pair(StatusCode::UNAVAILABLE,
                                        std::string("download \"http://shown\": HTTP status 500")));
  CHECK(server.hits() == 3);
}

TEST_CASE_METHOD(Broken, "a transport without retries fails at the first break") {
  HttpServer server([&](Exchange& exchange) { SendWhole(exchange, Body(), 1000); });
  DownloadSpec spec = Spec(server);
  spec.transport.retries = 0;
  CHECK(Fail(spec).first == StatusCode::UNAVAILABLE);
  CHECK(server.hits() == 1);
}

TEST_CASE_METHOD(Broken, "room is reserved before the bytes come") {
  SmallDisk disk(folder() / "tiny", "size=1m");
  std::promise<void> started;
  HttpServer slow([&](Exchange& exchange) {
    SendWhole(exchange, Body(700'000), 1000);
    started.set_value();
    exchange.WaitForHangUp();
  });
  HttpServer quick([&](Exchange& exchange) { SendWhole(exchange, Body(700'000), 700'000); });
  std::stop_source stop;
  std::thread first([&] {
    DownloadSpec spec = Spec(slow);
    spec.file = folder() / "tiny" / "first";
    CHECK(Fail(spec, stop.get_token()).first == StatusCode::CANCELLED);
  });
  started.get_future().wait();
  DownloadSpec spec = Spec(quick);
  spec.file = folder() / "tiny" / "second";
  auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::filesystem::space(folder() / "tiny").free > 700'000 &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  auto [code, text] = Fail(spec);
  stop.request_stop();
  first.join();
  CHECK(code == StatusCode::RESOURCE_EXHAUSTED);
  CHECK_THAT(text, Catch::Contains("it has 700000 bytes, the disk has "));
  CHECK(PlainDownload(spec, {}).size == 700'000);
}

TEST_CASE_METHOD(Broken, "the log tells how far a download is") {
  std::ostringstream text;
  auto kept = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)));
  HttpServer known([&](Exchange& exchange) { exchange.Answer(200, Body(1U << 20)); });
  HttpServer unknown([&](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 Any\r\nConnection: close\r\n\r\n" + Body(1U << 20));
  });
  for (HttpServer* server : {&known, &unknown}) {
    DownloadSpec spec = Spec(*server);
    Progress progress(spec.shown_url, milliseconds{0});
    vm::Download(spec, progress, {});
    CHECK(progress.Report().bytes == 1U << 20);
    std::filesystem::remove(spec.file);
  }
  spdlog::set_default_logger(kept);
  CHECK_THAT(text.str(), Catch::Contains("images: fetching http://shown: 1 of 1 MiB (100 %)"));
  CHECK_THAT(text.str(), Catch::Contains("images: fetching http://shown: 1 MiB\n"));
}

}  // namespace
}  // namespace crimux::vm
