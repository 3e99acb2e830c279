#include "base/io/stream_url.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux {
namespace {

// "tls? authority target"
std::string Parsed(const std::string& url) {
  StreamUrl parsed = ParseStreamUrl(url);
  return std::string(parsed.tls ? "tls " : "") + parsed.Authority() + " " + parsed.target;
}

TEST_CASE("a runtime's URL is taken apart, also one without a scheme or a host") {
  CHECK(Parsed("http://127.0.0.1:4567/exec/abc") == "127.0.0.1:4567 /exec/abc");
  CHECK(Parsed("https://10.0.0.1/attach/x?a=1&b=%2F") == "tls 10.0.0.1:443 /attach/x?a=1&b=%2F");
  CHECK(Parsed("http://node/exec/abc") == "node:80 /exec/abc");
  CHECK(Parsed("//127.0.0.1:1/exec/abc") == "127.0.0.1:1 /exec/abc");
  CHECK(Parsed("127.0.0.1:1/exec/abc") == "127.0.0.1:1 /exec/abc");
  CHECK(Parsed("localhost:1/exec/abc") == "localhost:1 /exec/abc");
  CHECK(Parsed(":1/exec/abc") == "127.0.0.1:1 /exec/abc");
  CHECK(Parsed("http://[::1]:5/a?b=c%20d") == "[::1]:5 /a?b=c%20d");
  CHECK(ParseStreamUrl("http://[::1]:5/a") ==
        StreamUrl{.tls = false, .host = "::1", .port = 5, .target = "/a"});
}

TEST_CASE("an address for listening everywhere is this machine") {
  CHECK(Parsed("http://0.0.0.0:1/exec/abc") == "127.0.0.1:1 /exec/abc");
  CHECK(Parsed("https://[::]:1/exec/abc") == "tls [::1]:1 /exec/abc");
}

TEST_CASE("what is no URL of a stream is refused by name") {
  for (const char* url :
       {"", "http://", "http://h:1", "http://h:1/", "ftp://h/exec/abc", "unix:///a/b",
        "http://h:99999/exec/abc", "http://a b/exec", "http://h:1/exec\nX: y", "/exec/token",
        "///exec/token", "http:///exec/token", "http://node:port/a"}) {
    INFO(url);
    try {
      ParseStreamUrl(url);
      FAIL("accepted");
    } catch (const Error& e) {
      CHECK(e.code() == grpc::StatusCode::INTERNAL);
      CHECK_THAT(e.what(), Catch::StartsWith("use the runtime's URL") && Catch::Contains(url));
    }
  }
}

}  // namespace
}  // namespace crimux
