#include "vmruntime/fetch/download.h"

#include <sys/stat.h>

#include <cstdlib>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/fetch/certificate.h"
#include "tests/vmruntime/fetch/http_server.h"
#include "tests/vmruntime/fetch/plain_download.h"
#include "tests/vmruntime/fetch/small_disk.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

class Downloads {
 public:
  Downloads() {
    for (const char* name :
         {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY", "ALL_PROXY"}) {
      ::unsetenv(name);
    }
  }

  DownloadSpec Spec(const std::string& url) const {
    return {.url = url,
            .shown_url = "http://shown",
            .file = folder_.path() / "file",
            .size_limit = 1U << 20,
            .transport = {.retries = 0}};
  }

  // The code and text of the error that ends the download; no file may be left.
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

HttpServer::Handler AnswerWith(int status, std::string body, std::string headers = "") {
  return [=](Exchange& exchange) { exchange.Answer(status, body, headers); };
}

TEST_CASE_METHOD(Downloads, "a download is stored read-only, with its sha256") {
  std::string head;
  HttpServer server([&](Exchange& exchange) {
    head = exchange.head();
    exchange.Answer(200, "abc");
  });
  DownloadSpec spec = Spec(server.Url("/a?b"));
  DownloadResult result = PlainDownload(spec, {});
  CHECK(result.size == 3);
  CHECK(result.digest == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(ReadFile(spec.file) == "abc");
  struct stat info {};
  REQUIRE(::stat(spec.file.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0444);
  CHECK_THAT(head, Catch::StartsWith("GET /a?b HTTP/1.1\r\n"));
  CHECK_THAT(head, Catch::Contains("User-Agent: crimux/"));
}

TEST_CASE_METHOD(Downloads, "HTTP errors have codes of their own") {
  struct Row {
    int status;
    StatusCode code;
  };
  for (Row row :
       {Row{404, StatusCode::NOT_FOUND}, Row{410, StatusCode::NOT_FOUND},
        Row{401, StatusCode::PERMISSION_DENIED}, Row{403, StatusCode::PERMISSION_DENIED},
        Row{429, StatusCode::UNAVAILABLE}, Row{500, StatusCode::UNAVAILABLE},
        Row{503, StatusCode::UNAVAILABLE}, Row{400, StatusCode::FAILED_PRECONDITION},
        Row{204, StatusCode::FAILED_PRECONDITION}, Row{304, StatusCode::FAILED_PRECONDITION}}) {
    HttpServer server(AnswerWith(row.status, row.status == 204 || row.status == 304 ? "" : "no"));
    auto [code, text] = Fail(Spec(server.Url("/a")));
    CHECK(code == row.code);
    CHECK(text == "download \"http://shown\": HTTP status " + std::to_string(row.status));
  }
}

TEST_CASE_METHOD(Downloads, "a server that is not there is unavailable") {
  std::string url = HttpServer(AnswerWith(200, "")).Url("/a");
  CHECK(Fail(Spec(url)).first == StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(Downloads, "a body that breaks off is unavailable") {
  HttpServer server([](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nshort");
  });
  CHECK(Fail(Spec(server.Url("/a"))).first == StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(Downloads, "a chunked body that breaks off is unavailable") {
  HttpServer server([](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n");
  });
  CHECK(Fail(Spec(server.Url("/a"))).first == StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(Downloads, "a server that stalls is unavailable") {
  HttpServer server([](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nstart");
    exchange.WaitForHangUp();
  });
  DownloadSpec spec = Spec(server.Url("/a"));
  spec.stall_timeout = std::chrono::seconds(1);
  CHECK(Fail(spec).first == StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(Downloads, "a stop ends a download that waits") {
  std::stop_source source;
  HttpServer server([&](Exchange& exchange) {
    source.request_stop();
    exchange.WaitForHangUp();
  });
  CHECK(Fail(Spec(server.Url("/a")), source.get_token()).first == StatusCode::CANCELLED);
}

TEST_CASE_METHOD(Downloads, "the size limit holds with and without Content-Length") {
  std::string body(2000, 'x');
  HttpServer announced(AnswerWith(200, body));
  HttpServer chunked([&](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body);
  });
  for (HttpServer* server : {&announced, &chunked}) {
    DownloadSpec spec = Spec(server->Url("/a"));
    spec.size_limit = 1999;
    auto [code, text] = Fail(spec);
    CHECK(code == StatusCode::RESOURCE_EXHAUSTED);
    CHECK(text == "download \"http://shown\": larger than the limit of 1999 bytes");
    spec.size_limit = 2000;
    CHECK(PlainDownload(spec, {}).size == 2000);
    std::filesystem::remove(spec.file);
  }
}

TEST_CASE_METHOD(Downloads, "a full disk exhausts resources, early when the size is known") {
  SmallDisk disk(folder() / "tiny", "size=65536");
  std::string body(100'000, 'x');
  HttpServer announced(AnswerWith(200, body));
  HttpServer unknown([&](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body);
  });
  DownloadSpec spec = Spec(announced.Url("/a"));
  spec.file = folder() / "tiny" / "file";
  auto [early, text] = Fail(spec);
  CHECK(early == StatusCode::RESOURCE_EXHAUSTED);
  CHECK_THAT(text, Catch::Contains("it has 100000 bytes, the disk has 65536 bytes free"));
  spec.url = unknown.Url("/a");
  auto [late, words] = Fail(spec);
  CHECK(late == StatusCode::RESOURCE_EXHAUSTED);
  CHECK_THAT(words, Catch::Contains("No space left on device"));
}

TEST_CASE_METHOD(Downloads, "redirects are followed, ten at most") {
  HttpServer server([](Exchange& exchange) {
    int left = std::stoi(exchange.target().substr(1));
    if (left == 0) return exchange.Answer(200, "there");
    exchange.Answer(302, "ignored", "Location: /" + std::to_string(left - 1) + "\r\n");
  });
  DownloadSpec spec = Spec(server.Url("/10"));
  CHECK(PlainDownload(spec, {}).size == 5);
  std::filesystem::remove(spec.file);
  CHECK(Fail(Spec(server.Url("/11"))).first == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE_METHOD(Downloads, "a redirect to another protocol is refused") {
  for (const char* target : {"file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/a"}) {
    HttpServer server(AnswerWith(302, "", std::string("Location: ") + target + "\r\n"));
    auto [code, text] = Fail(Spec(server.Url("/a")));
    CHECK(code == StatusCode::FAILED_PRECONDITION);
    CHECK_THAT(text, Catch::Contains("redirected to a protocol that is not allowed"));
  }
}

TEST_CASE_METHOD(Downloads, "user and password go to the server and into no error") {
  std::string head;
  HttpServer server([&](Exchange& exchange) {
    head = exchange.head();
    exchange.Answer(401, "no");
  });
  DownloadSpec spec = Spec("http://joe:hush@127.0.0.1:" + std::to_string(server.port()) + "/a");
  auto [code, text] = Fail(spec);
  CHECK(code == StatusCode::PERMISSION_DENIED);
  CHECK_THAT(head, Catch::Contains("Authorization: Basic am9lOmh1c2g="));
  CHECK(text.find("hush") == std::string::npos);
}

TEST_CASE_METHOD(Downloads, "the proxy of the environment is used") {
  std::string target;
  HttpServer proxy([&](Exchange& exchange) {
    target = exchange.target();
    exchange.Answer(200, "by proxy");
  });
  ::setenv("http_proxy", proxy.Url("").c_str(), 1);
  DownloadResult result = PlainDownload(Spec("http://images.invalid/a"), {});
  ::unsetenv("http_proxy");
  CHECK(result.size == 8);
  CHECK(target == "http://images.invalid/a");
}

TEST_CASE_METHOD(Downloads, "https is verified against the configured authorities") {
  Certificate ours(folder(), "IP:127.0.0.1");
  HttpServer server(AnswerWith(200, "safe"), ours.certificate, ours.key);
  DownloadSpec spec = Spec(server.Url("/a"));
  auto [code, text] = Fail(spec);
  CHECK(code == StatusCode::UNAVAILABLE);
  CHECK_THAT(text, Catch::Contains("certificate"));
  spec.transport.ca_file = ours.certificate;
  CHECK(PlainDownload(spec, {}).size == 4);
}

TEST_CASE_METHOD(Downloads, "a redirect from https to http is refused") {
  Certificate ours(folder(), "IP:127.0.0.1");
  HttpServer plain(AnswerWith(200, "unsafe"));
  HttpServer server(AnswerWith(302, "", "Location: " + plain.Url("/a") + "\r\n"), ours.certificate,
                    ours.key);
  DownloadSpec spec = Spec(server.Url("/a"));
  spec.transport.ca_file = ours.certificate;
  CHECK(Fail(spec).first == StatusCode::FAILED_PRECONDITION);
  CHECK(plain.hits() == 0);
}

}  // namespace
}  // namespace crimux::vm
