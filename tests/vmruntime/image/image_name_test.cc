#include "vmruntime/image/image_name.h"

#include <regex>

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

constexpr auto kHex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

std::string UrlOf(const std::string& name) { return ParseImageName(name, {}).url; }

std::string ErrorOf(const std::string& name) {
  try {
    return "no error, but " + UrlOf(name);
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::INVALID_ARGUMENT);
    return e.what();
  }
}

TEST_CASE("an image name is a URL without scheme") {
  CHECK(UrlOf("example.com/images/guest.qcow2") == "https://example.com/images/guest.qcow2");
  CHECK(UrlOf("example.com/guest.qcow2:latest") == "https://example.com/guest.qcow2");
  CHECK(UrlOf("127.0.0.1:8080/guest.qcow2") == "https://127.0.0.1:8080/guest.qcow2");
  CHECK(UrlOf("127.0.0.1:8080/guest.qcow2:v1") == "https://127.0.0.1:8080/guest.qcow2");
}

TEST_CASE("prefixes that only route are taken off") {
  CHECK(UrlOf("vm.crimux.io/example.com/g:1") == "https://example.com/g");
  CHECK(UrlOf("virtlet.cloud/example.com/g") == "https://example.com/g");
  VmConfig config;
  config.image_prefixes = {"vms/"};
  CHECK(ParseImageName("vms/example.com/g", config).url == "https://example.com/g");
}

TEST_CASE("the scheme comes from the first component or from the config") {
  CHECK(UrlOf("vm.crimux.io/http/example.com/g") == "http://example.com/g");
  CHECK(UrlOf("https/example.com/g") == "https://example.com/g");
  VmConfig config;
  config.image_scheme = "http";
  CHECK(ParseImageName("example.com/g", config).url == "http://example.com/g");
  CHECK(ParseImageName("https/example.com/g", config).url == "https://example.com/g");
}

TEST_CASE("escapes stand for what image references forbid") {
  CHECK(UrlOf("http/127.0.0.1__3a8080/guest.qcow2") == "http://127.0.0.1:8080/guest.qcow2");
  CHECK(UrlOf("example.com/0__47uest") == "https://example.com/Guest");
  CHECK(UrlOf("example.com/g__3fa__3d1") == "https://example.com/g?a=1");
  CHECK(UrlOf("example.com/a__5fb") == "https://example.com/a_b");
  CHECK(UrlOf("example.com/a_b") == "https://example.com/a_b");
  CHECK(UrlOf("http/0__5b__3a__3a1__5d__3a80/g") == "http://[::1]:80/g");
}

TEST_CASE("tag, name and digest are kept apart") {
  ImageName plain = ParseImageName("vm.crimux.io/h.io/g", {});
  CHECK(plain.repository == "vm.crimux.io/h.io/g");
  CHECK(plain.tagged == "vm.crimux.io/h.io/g:latest");
  CHECK(plain.digest.empty());
  ImageName pinned = ParseImageName(std::string("h.io/g:v1@sha256:") + kHex, {});
  CHECK(pinned.url == "https://h.io/g");
  CHECK(pinned.repository == "h.io/g");
  CHECK(pinned.tagged.empty());
  CHECK(pinned.digest == std::string("sha256:") + kHex);
}

TEST_CASE("a registry's image has its tag or digest in the URL") {
  CHECK(UrlOf("vm.crimux.io/oci/r.io/a/b:v1") == "oci://r.io/a/b:v1");
  CHECK(UrlOf("oci/r.io/a") == "oci://r.io/a:latest");
  CHECK(UrlOf("oci/r.io__3a5000/a:v1") == "oci://r.io:5000/a:v1");
  CHECK(UrlOf("oci-http/127.0.0.1__3a5000/a:v1") == "oci-http://127.0.0.1:5000/a:v1");
  CHECK(UrlOf(std::string("oci/r.io/a:v1@sha256:") + kHex) ==
        std::string("oci://r.io/a@sha256:") + kHex);
  CHECK_THAT(ErrorOf("oci"), Catch::EndsWith("it has no host"));
  CHECK_THAT(ErrorOf("oci/r.io"), Catch::EndsWith("it has no path after the host"));
  CHECK_THAT(ErrorOf("oci/r.io/0__41"), Catch::EndsWith("the repository is malformed"));
  CHECK_THAT(ErrorOf("oci/r.io/a__3fb"), Catch::EndsWith("the repository is malformed"));
  CHECK_THAT(ErrorOf("oci/r.io/../a"), Catch::EndsWith("its path holds \".\" or \"..\""));
  CHECK(
      ErrorOf("oci/joe__3apass__40r.io/a") ==
      "parse image name \"oci/***__40r.io/a\": the user of a registry comes from the pull secret");
}

TEST_CASE("secrets of a URL are not shown") {
  ImageName name = ParseImageName("http/joe__3apass__40h.io/g__3ftoken__3d1:v1", {});
  CHECK(name.url == "http://joe:pass@h.io/g?token=1");
  CHECK(name.shown_url == "http://h.io/g?...");
  CHECK(name.shown_name == "http/***__40h.io/g__3f...");
  CHECK(ErrorOf("http/joe__3apass__40h.io/../g") ==
        "parse image name \"http/***__40h.io/../g\": its path holds \".\" or \"..\"");
}

TEST_CASE("a malformed name is refused with its reason") {
  struct Row {
    std::string name;
    std::string reason;
  };
  const std::vector<Row> rows = {
      {"", "it is empty"},
      {"h.io/a b", "it holds characters that no image name holds"},
      {"h.io/a\nb", "it holds characters that no image name holds"},
      {"h.io/a\"b", "it holds characters that no image name holds"},
      {"h.io/a'b", "it holds characters that no image name holds"},
      {"h.io/<a/>", "it holds characters that no image name holds"},
      {"h.io/$(a)", "it holds characters that no image name holds"},
      {"h.io/a;b", "it holds characters that no image name holds"},
      {"h.io/a\\b", "it holds characters that no image name holds"},
      {"h.io/a%2e", "it holds characters that no image name holds"},
      {std::string("h.io/a\0b", 8), "it holds characters that no image name holds"},
      {"h.io/a__00", "it stands for bytes that no URL holds"},
      {"h.io/a__22b", "it stands for bytes that no URL holds"},
      {"h.io/a__3cb", "it stands for bytes that no URL holds"},
      {"h.io/a__60b", "it stands for bytes that no URL holds"},
      {"file/etc/../shadow", "its path holds \".\" or \"..\""},
      {"file/0__2e__2e/shadow", "its path holds \".\" or \"..\""},
      {"h.io/a?b", "it holds characters that no image name holds"},
      {"h.io/a__0ab", "it stands for bytes that no URL holds"},
      {"h.io/a__20b", "it stands for bytes that no URL holds"},
      {"h.io/a__23b", "it stands for bytes that no URL holds"},
      {"h.io/a__ffb", "it stands for bytes that no URL holds"},
      {"h.io/a__4", "\"__\" must be followed by two lower-case hexadecimal digits"},
      {"h.io/a__4G", "\"__\" must be followed by two lower-case hexadecimal digits"},
      {"h.io/a__4Ab", "\"__\" must be followed by two lower-case hexadecimal digits"},
      {"h.io/a___3a", "\"__\" must be followed by two lower-case hexadecimal digits"},
      {"h.io", "it has no path after the host"},
      {"h.io/a__2f", "no error, but https://h.io/a/"},
      {"http", "it has no host"},
      {"h.io//a", "it has an empty component"},
      {"/a", "it has an empty component"},
      {"h.io/", "it has an empty component"},
      {"h.io/../a", "its path holds \".\" or \"..\""},
      {"h.io/a__2f..__2fb", "its path holds \".\" or \"..\""},
      {"h.io/0__252e__252e/b", "its path holds \".\" or \"..\""},
      {"h.io:0/a", "the host or its port is malformed"},
      {"h.io:99999/a", "the host or its port is malformed"},
      {"h.io:/a", "the host or its port is malformed"},
      {"-h/a", "the host or its port is malformed"},
      {"h__3fx/a", "the host or its port is malformed"},
      {"http/0__40/a", "the host or its port is malformed"},
      {"h.io/a:b/c", "a \":\" in the path must be written __3a"},
      {"h.io/a:", "the tag is malformed"},
      {"h.io/a:-x", "the tag is malformed"},
      {"h.io/a@sha256:12", "the digest is not"},
      {std::string("h.io/a@sha512:") + kHex, "the digest is not"},
      {"h.io/" + std::string(5000, 'a'), "it is too long"},
  };
  for (const Row& row : rows) {
    INFO(row.name);
    CHECK_THAT(ErrorOf(row.name), Catch::Contains(row.reason));
  }
  CHECK_THAT(ErrorOf("h.io/a\nb"), Catch::Contains("h.io/a\\nb"));
}

// What the kubelet lets through (github.com/distribution/reference), as path of a long name.
const std::regex& PathGrammar() {
  static const std::regex grammar(
      "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*");
  return grammar;
}

TEST_CASE("an escaped URL fits the reference grammar and comes back unchanged") {
  const std::vector<std::string> urls = {
      "http://127.0.0.1:8080/guest.qcow2",
      "https://example.com/Images/Guest-1.0_amd64.QCOW2",
      "https://h.io/a?x=1&y=a/b",
      "https://h.io/a__b/_c_/-d-/.e.",
      "https://h.io/0A/0/00__/0-",
      "https://h.io//a//b/",
      "https://u:p@h.io/a%20b",
      "http://[fe80::1]:80/a",
      "https://h.io/a.-b--c..d",
      "https://h.io/0//",
      "https://h.io/0/-a",
  };
  for (const std::string& url : urls) {
    std::string name = EscapeImageName(url);
    INFO(url << " as " << name);
    CHECK(std::regex_match(name, PathGrammar()));
    CHECK(UrlOf("vm.crimux.io/" + name + ":v1") == url);
  }
}

TEST_CASE("every URL of a few bytes survives the round trip") {
  constexpr std::string_view kBytes = "a0A_.-/?:";
  for (size_t i = 0; i < 9 * 9 * 9 * 9; ++i) {
    std::string path = "x";
    for (size_t rest = i, n = 0; n < 4; ++n, rest /= 9) path += kBytes[rest % 9];
    std::string url = "https://h.io/" + path;
    if (url.find("/.") != std::string::npos) continue;  // may be a dot segment
    std::string name = EscapeImageName(url);
    if (!std::regex_match(name, PathGrammar()) || UrlOf(name) != url) FAIL(url << " as " << name);
  }
}

TEST_CASE("what is no URL of a file has no image name") {
  for (const char* url : {"ftp://h.io/a", "h.io/a", "https://h.io", "https://h.io/",
                          "https://h.io/a#b", "https://h.io/a b", "https://h.io/a/../b", ""}) {
    INFO(url);
    CHECK_THROWS_AS(EscapeImageName(url), Error);
  }
}

}  // namespace
}  // namespace crimux::vm
