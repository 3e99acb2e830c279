#include "vmruntime/oci/registry_client.h"

#include <absl/strings/escaping.h>
#include <fmt/format.h>

#include <map>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/fetch/http_server.h"
#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

std::string DigestOf(const std::string& bytes) {
  Sha256 sum;
  sum.Add(bytes);
  return sum.Digest();
}

std::string Line(const std::string& head, const std::string& name) {
  size_t start = head.find("\r\n" + name + ": ");
  if (start == std::string::npos) return "";
  start += name.size() + 4;
  return head.substr(start, head.find("\r\n", start) - start);
}

// A registry that wants tokens from a server of its own, and keeps its blobs on a third one.
class FakeRegistry {
 public:
  FakeRegistry()
      : tokens_([this](Exchange& exchange) { Sell(exchange); }),
        storage_([this](Exchange& exchange) {
          storage_auth = Line(exchange.head(), "Authorization");
          exchange.Answer(200, blob);
        }),
        registry_([this](Exchange& exchange) { Answer(exchange); }) {
    challenge = "Bearer realm=\"" + tokens_.Url("/token") + "\",service=\"s\"";
    manifest = fmt::format(R"({{"layers": [{{"digest": "{}", "size": {}}}]}})", DigestOf(blob),
                           blob.size());
  }

  RegistryClient Client(Credentials credentials, const std::string& version = "v1") {
    return {{.registry = registry_.Url(""), .repository = "a/b", .version = version},
            std::move(credentials),
            {.retries = 0},
            "the image",
            {}};
  }
  std::pair<StatusCode, std::string> Fail(Credentials credentials,
                                          const std::string& version = "v1") {
    try {
      Client(std::move(credentials), version).GetManifest();
    } catch (const Error& e) {
      return {e.code(), e.what()};
    }
    return {StatusCode::OK, ""};
  }
  std::string Basic(const std::string& both) const { return "Basic " + absl::Base64Escape(both); }

  std::string blob = "the disk";
  std::string manifest;
  // By target.
  std::map<std::string, std::string> others;
  std::string challenge;
  // Empty: everybody gets in.
  std::string wanted_auth = "Bearer good";
  std::string token_answer = R"({"token": "good"})";
  int tokens_sold = 0;
  std::string token_auth;
  std::string token_target;
  std::string storage_auth = "nobody came";

 private:
  void Sell(Exchange& exchange) {
    ++tokens_sold;
    token_auth = Line(exchange.head(), "Authorization");
    token_target = exchange.head().substr(0, exchange.head().find("\r\n"));
    exchange.Answer(200, token_answer);
  }
  void Answer(Exchange& exchange) {
    if (Line(exchange.head(), "Authorization") != wanted_auth) {
      return exchange.Answer(401, "{}", "WWW-Authenticate: " + challenge + "\r\n");
    }
    if (exchange.target() == "/v2/a/b/blobs/" + DigestOf(blob)) {
      return exchange.Answer(307, "", "Location: " + storage_.Url("/blob") + "\r\n");
    }
    auto special = others.find(exchange.target());
    if (special != others.end()) return exchange.Answer(200, special->second);
    bool there = exchange.target() == "/v2/a/b/manifests/v1" ||
                 exchange.target().starts_with("/v2/a/b/manifests/sha256:");
    exchange.Answer(there ? 200 : 404, manifest);
  }

  HttpServer tokens_;
  HttpServer storage_;
  HttpServer registry_;
};

const Credentials kUser{.username = "jo", .password = "secret"};

TEST_CASE_METHOD(FakeRegistry, "a registry that asks for nothing is shown nothing") {
  wanted_auth = "";
  RegistryClient::Manifest got = Client(kUser).GetManifest();
  CHECK(got.digest == DigestOf(manifest));
  CHECK(got.content.layers.size() == 1);
  CHECK(tokens_sold == 0);
}

TEST_CASE_METHOD(FakeRegistry, "a token is bought with name and password, once") {
  RegistryClient client = Client(kUser);
  RegistryClient::Manifest got = client.GetManifest();
  CHECK(token_auth == Basic("jo:secret"));
  CHECK(token_target == "GET /token?service=s&scope=repository%3Aa%2Fb%3Apull HTTP/1.1");
  TemporaryDir folder;
  Progress progress("x", std::chrono::hours(1));
  client.GetBlob(got.content.layers[0], folder.path() / "blob", 1000, progress);
  CHECK(ReadFile(folder.path() / "blob") == "the disk");
  CHECK(tokens_sold == 1);
  // The registry's token is none of its storage's business.
  CHECK(storage_auth.empty());
}

TEST_CASE_METHOD(FakeRegistry, "a token for nobody is asked for without credentials") {
  Client({}).GetManifest();
  CHECK(token_auth.empty());
}

TEST_CASE_METHOD(FakeRegistry, "an identity token buys tokens, a registry token is one") {
  token_answer = R"({"access_token": "good", "expires_in": 300})";
  Client({.identity_token = "id"}).GetManifest();
  CHECK(token_auth.empty());
  CHECK(token_target == "POST /token HTTP/1.1");
  tokens_sold = 0;
  Client({.registry_token = "good"}).GetManifest();
  CHECK(tokens_sold == 0);
  CHECK(Fail({.registry_token = "bad"}) ==
        std::pair(StatusCode::PERMISSION_DENIED,
                  std::string("download \"the image\": HTTP status 401")));
}

TEST_CASE_METHOD(FakeRegistry, "a registry with Basic is shown name and password") {
  challenge = "Basic realm=\"r\"";
  wanted_auth = Basic("jo:secret");
  CHECK(Client(kUser).GetManifest().digest == DigestOf(manifest));
  CHECK(Fail({}).first == StatusCode::PERMISSION_DENIED);
  CHECK(Fail({.username = "jo", .password = "wrong"}) ==
        std::pair(StatusCode::PERMISSION_DENIED,
                  std::string("download \"the image\": HTTP status 401")));
}

TEST_CASE_METHOD(FakeRegistry, "a token server that may not be asked isn't") {
  for (const char* realm : {"file:///etc/passwd", "ftp://h/", "", "https://u:p@h/"}) {
    challenge = fmt::format("Bearer realm=\"{}\"", realm);
    CHECK(Fail(kUser) == std::pair(StatusCode::FAILED_PRECONDITION,
                                   std::string("get a token for \"the image\": the registry names "
                                               "no token server that may be asked")));
  }
  // A registry with TLS has one with TLS.
  CHECK_THROWS_AS(BuyToken({"bearer", {{"realm", "http://h/"}}}, kUser, {},
                           {.registry = "https://h", .scope = "", .shown = "i"}, {}),
                  Error);
}

TEST_CASE_METHOD(FakeRegistry, "an answer that is no token is refused") {
  for (const char* answer : {"", "{}", "[]", R"({"token": ""})", R"({"token": 1})"}) {
    token_answer = answer;
    CHECK(Fail(kUser).first == StatusCode::FAILED_PRECONDITION);
  }
}

TEST_CASE_METHOD(FakeRegistry, "what is missing is not found") {
  CHECK(Fail(kUser, "v2").first == StatusCode::NOT_FOUND);
}

TEST_CASE_METHOD(FakeRegistry, "digests are verified") {
  CHECK(Client(kUser, DigestOf(manifest)).GetManifest().digest == DigestOf(manifest));
  std::string other = "sha256:" + std::string(64, '0');
  CHECK(Fail(kUser, other) == std::pair(StatusCode::FAILED_PRECONDITION,
                                        "pull image \"the image\": the digest of its manifest is " +
                                            DigestOf(manifest) + ", not " + other));
  RegistryClient client = Client(kUser);
  OciLayer layer = client.GetManifest().content.layers[0];
  blob = "the disc";
  TemporaryDir folder;
  Progress progress("x", std::chrono::hours(1));
  CHECK_THROWS_AS(client.GetBlob(layer, folder.path() / "blob", 1000, progress), Error);
}

TEST_CASE_METHOD(FakeRegistry, "an index is followed, once") {
  std::string index = R"({"manifests": [{"digest": ")" + DigestOf(manifest) + R"("}]})";
  others["/v2/a/b/manifests/v2"] = index;
  RegistryClient::Manifest got = Client(kUser, "v2").GetManifest();
  CHECK(got.digest == DigestOf(index));
  CHECK(got.content.layers.size() == 1);
  std::string outer = R"({"manifests": [{"digest": ")" + DigestOf(index) + R"("}]})";
  others["/v2/a/b/manifests/v3"] = outer;
  others["/v2/a/b/manifests/" + DigestOf(index)] = index;
  CHECK(Fail(kUser, "v3") == std::pair(StatusCode::FAILED_PRECONDITION,
                                       std::string("read manifest \"the image\": it is an index of "
                                                   "indexes")));
  // What the registry has for a digest has another one.
  others["/v2/a/b/manifests/" + DigestOf(index)] = index + " ";
  CHECK(Fail(kUser, "v3").first == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE_METHOD(FakeRegistry, "an endless manifest is given up") {
  manifest = std::string(5U << 20, ' ');
  CHECK(Fail(kUser).first == StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace crimux::vm
