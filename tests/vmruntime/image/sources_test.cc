// Where images come from, as the config says.
#include "base/file.h"
#include "tests/vmruntime/fetch/certificate.h"
#include "tests/vmruntime/image/store_fixture.h"
#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
namespace fs = std::filesystem;

class Sources : public StoreFixture {
 public:
  // A store whose only translation is of "fw".
  void Translate(ImageTranslation translation) {
    if (translation.name.empty() && translation.regexp.empty()) translation.name = "fw";
    if (translation.url.empty()) translation.url = server().Url("/g");
    config().image_translations = {std::move(translation)};
    Restart();
  }
  std::pair<StatusCode, std::string> PullFw() {
    try {
      store().Pull("vm.crimux.io/fw:v1", {});
      return {StatusCode::OK, ""};
    } catch (const Error& e) {
      CHECK(Files().empty());
      return {e.code(), e.what()};
    }
  }
};

TEST_CASE_METHOD(Sources, "a translated name is pulled from its URL and keeps its name") {
  Put("g", Qcow2Bytes());
  Translate({.size = Qcow2Bytes().size(), .format = "qcow2"});
  CHECK(PullFw().first == StatusCode::OK);
  std::optional<StoredImage> image = store().Find("vm.crimux.io/fw:v1");
  REQUIRE(image);
  CHECK(image->tags == std::vector<std::string>{"vm.crimux.io/fw:v1"});
  CHECK(image->digests == std::vector<std::string>{"vm.crimux.io/fw@" + DigestOf(Qcow2Bytes())});
}

TEST_CASE_METHOD(Sources, "what a translation demands of the file is verified") {
  std::string bytes = Qcow2Bytes();
  Put("g", bytes);
  std::string shown = "\"" + server().Url("/g") + "\": ";
  Translate({.digest = "sha256:" + std::string(64, '0')});
  CHECK(PullFw() == std::pair(StatusCode::FAILED_PRECONDITION,
                              "pull image " + shown + "its digest is " + DigestOf(bytes) +
                                  ", not sha256:" + std::string(64, '0')));
  Translate({.size = 1000});
  CHECK(PullFw() == std::pair(StatusCode::FAILED_PRECONDITION, "download " + shown + "it has " +
                                                                   std::to_string(bytes.size()) +
                                                                   " bytes, not 1000"));
  Translate({.format = "vmdk"});
  CHECK(PullFw() == std::pair(StatusCode::FAILED_PRECONDITION,
                              "check disk image " + shown + "it is a qcow2 disk, not vmdk"));
  // Without a Content-Length it shows at the end.
  AnswerBy([&](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + bytes);
  });
  Translate({.size = 1000});
  CHECK_THAT(PullFw().second, Catch::EndsWith(" bytes, not 1000"));
}

TEST_CASE_METHOD(Sources, "a translation with a digest that is there fetches nothing") {
  Put("g", Qcow2Bytes());
  Translate({.digest = DigestOf(Qcow2Bytes())});
  CHECK(PullFw().first == StatusCode::OK);
  CHECK(PullFw().first == StatusCode::OK);
  CHECK(server().hits() == 1);
}

TEST_CASE_METHOD(Sources, "a transport says how many redirects, and which proxy") {
  Put("g", Qcow2Bytes());
  AnswerBy([&](Exchange& exchange) {
    if (exchange.target() == "/g") return AnswerFromFiles(exchange);
    exchange.Answer(302, "", "Location: " + server().Url("/g") + "\r\n");
  });
  config().image_transports["t"] = {.redirects = 0};
  Translate({.url = server().Url("/moved"), .transport = "t"});
  CHECK(PullFw().first == StatusCode::FAILED_PRECONDITION);
  config().image_transports["t"] = {.redirects = 1};
  Restart();
  CHECK(PullFw().first == StatusCode::OK);

  std::string target;
  AnswerBy([&](Exchange& exchange) {
    target = exchange.target();
    exchange.Answer(200, Qcow2Bytes('p'));
  });
  config().image_transports["t"] = {.proxy = server().Url("")};
  Translate({.url = "http://images.invalid/g", .transport = "t"});
  ::setenv("no_proxy", "images.invalid", 1);
  CHECK(PullFw().first == StatusCode::OK);
  ::unsetenv("no_proxy");
  CHECK(target == "http://images.invalid/g");

  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  config().image_transports["t"] = {.proxy = "none"};
  Translate({.transport = "t"});
  CHECK(PullFw().first == StatusCode::OK);
  ::unsetenv("http_proxy");
  CHECK(target == "/g");
}

TEST_CASE_METHOD(Sources, "a transport bounds the time of a transfer") {
  AnswerBy([](Exchange& exchange) {
    exchange.Send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nstart");
    exchange.WaitForHangUp();
  });
  config().image_transports["t"] = {.timeout = std::chrono::milliseconds(1500)};
  Translate({.transport = "t"});
  CHECK(PullFw().first == StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(Sources, "a transport says whom to trust, and under which name") {
  TemporaryDir folder;
  Certificate named(folder.path(), "DNS:images.test");
  std::string head;
  HttpServer tls(
      [&](Exchange& exchange) {
        head = exchange.head();
        exchange.Answer(200, Qcow2Bytes());
      },
      named.certificate, named.key);
  auto pull_with = [&](ImageTransport transport) {
    config().image_transports["t"] = std::move(transport);
    Translate({.url = tls.Url("/g?x"), .transport = "t"});
    return PullFw().first;
  };
  CHECK(pull_with({}) == StatusCode::UNAVAILABLE);
  CHECK(pull_with({.ca_file = named.certificate}) == StatusCode::UNAVAILABLE);
  CHECK(pull_with({.ca_file = named.certificate, .server_name = "other.test"}) ==
        StatusCode::UNAVAILABLE);
  CHECK(pull_with({.ca_file = named.certificate, .server_name = "images.test"}) == StatusCode::OK);
  CHECK_THAT(head, Catch::StartsWith("GET /g?x HTTP/1.1\r\n"));
  CHECK_THAT(head, Catch::Contains("Host: 127.0.0.1:" + std::to_string(tls.port()) + "\r\n"));
  CHECK(pull_with({.insecure = true}) == StatusCode::OK);
}

TEST_CASE_METHOD(Sources, "a transport shows a certificate to servers that ask for one") {
  TemporaryDir folder;
  Certificate server_side(folder.path(), "IP:127.0.0.1");
  fs::create_directory(folder.path() / "client");
  Certificate client_side(folder.path() / "client", "DNS:node");
  HttpServer tls([&](Exchange& exchange) { exchange.Answer(200, Qcow2Bytes()); },
                 server_side.certificate, server_side.key, client_side.certificate);
  ImageTransport transport{.retries = 0, .ca_file = server_side.certificate};
  config().image_transports["t"] = transport;
  Translate({.url = tls.Url("/g"), .transport = "t"});
  CHECK(PullFw().first == StatusCode::UNAVAILABLE);
  transport.certificate = client_side.certificate;
  transport.key = client_side.key;
  config().image_transports["t"] = transport;
  Restart();
  CHECK(PullFw().first == StatusCode::OK);
}

TEST_CASE_METHOD(Sources, "credentials go to the image's own server, and not along a redirect") {
  std::string near = "nothing";
  std::string far = "nothing";
  auto authorization = [](Exchange& exchange) {
    size_t at = exchange.head().find("Authorization: ");
    if (at == std::string::npos) return std::string("none");
    return exchange.head().substr(at + 15, exchange.head().find("\r\n", at) - at - 15);
  };
  HttpServer elsewhere([&](Exchange& exchange) {
    far = authorization(exchange);
    exchange.Answer(200, Qcow2Bytes());
  });
  AnswerBy([&](Exchange& exchange) {
    near = authorization(exchange);
    if (near == "none") return exchange.Answer(401, "");
    exchange.Answer(302, "", "Location: " + elsewhere.Url("/g") + "\r\n");
  });
  CHECK(PullCode(Name("g")) == StatusCode::PERMISSION_DENIED);
  CHECK(far == "nothing");
  CHECK(PullCode(Name("g"), {}, {.username = "jo", .password = "pass"}) == StatusCode::OK);
  CHECK(near == "Basic am86cGFzcw==");
  CHECK(far == "none");
  store().Remove(Name("g"), nullptr);
  CHECK(PullCode(Name("g"), {}, {.registry_token = "token"}) == StatusCode::OK);
  CHECK(near == "Bearer token");
  CHECK(far == "none");
  store().Remove(Name("g"), nullptr);
  Credentials strange{.username = "jo", .password = "pass", .server = "h.io"};
  CHECK(PullCode(Name("g"), {}, strange) == StatusCode::PERMISSION_DENIED);
}

class LocalImages : public Sources {
 public:
  LocalImages() {
    fs::create_directories(folder() / "sub");
    config().image_folders = {"/no/such/folder", folder()};
    Restart();
  }
  fs::path folder() const { return outside() / "images"; }
  fs::path outside() const { return outside_.path(); }
  std::string FileName(const std::string& file) const { return EscapedFileName(folder() / file); }
  static std::string EscapedFileName(const fs::path& path) {
    // The temporary folder's name has capitals.
    std::string name = EscapeImageName("http://h" + path.string());
    return "vm.crimux.io/file" + name.substr(std::string("http/h").size());
  }

 private:
  TemporaryDir outside_;
};

TEST_CASE_METHOD(LocalImages, "a file below a configured folder is an image") {
  WriteFileAtomically(folder() / "sub/g", Qcow2Bytes());
  std::string digest = store().Pull(FileName("sub/g"), {});
  CHECK(digest == DigestOf(Qcow2Bytes()));
  // A copy: what happens to the file is nothing to the image.
  WriteFileAtomically(folder() / "sub/g", "gone");
  CHECK(ReadFile(store().Find(digest)->file) == Qcow2Bytes());
  WriteFileAtomically(folder() / "fw.vmdk", Converted(RawDiskBytes(2U << 20), "vmdk"));
  Translate({.url = "file://" + (folder() / "fw.vmdk").string(), .format = "vmdk"});
  CHECK(PullFw().first == StatusCode::OK);
}

TEST_CASE_METHOD(LocalImages, "no file outside of the folders is an image") {
  std::string bytes = Qcow2Bytes();
  WriteFileAtomically(outside() / "secret", bytes);
  WriteFileAtomically(outside() / "images-not", bytes);
  fs::create_symlink(outside() / "secret", folder() / "absolute");
  fs::create_symlink("../secret", folder() / "relative");
  fs::create_directory_symlink("..", folder() / "up");
  fs::create_symlink("/proc/self/root" + (outside() / "secret").string(), folder() / "magic");
  CHECK(PullCode(EscapedFileName(outside() / "secret")) == StatusCode::PERMISSION_DENIED);
  CHECK(PullCode(EscapedFileName(outside() / "images-not")) == StatusCode::PERMISSION_DENIED);
  for (const char* file : {"absolute", "relative", "up/secret", "magic"}) {
    INFO(file);
    CHECK(PullCode(FileName(file)) == StatusCode::PERMISSION_DENIED);
  }
  CHECK(Files().empty());
  // Inside of the folder, links are as good as files.
  WriteFileAtomically(folder() / "sub/real", bytes);
  fs::create_symlink("sub/real", folder() / "inner");
  CHECK(PullCode(FileName("inner")) == StatusCode::OK);
  config().image_folders.clear();
  Restart();
  CHECK(PullCode(FileName("sub/other")) == StatusCode::PERMISSION_DENIED);
}

TEST_CASE_METHOD(LocalImages, "what is no file, or no image, is refused") {
  REQUIRE(::mkfifo((folder() / "fifo").c_str(), 0600) == 0);
  WriteFileAtomically(folder() / "text", "hello");
  CHECK(PullCode(FileName("missing")) == StatusCode::NOT_FOUND);
  CHECK(PullCode(FileName("text/below")) == StatusCode::NOT_FOUND);
  CHECK(PullCode(FileName("fifo")) == StatusCode::FAILED_PRECONDITION);
  CHECK(PullCode(FileName("sub")) == StatusCode::FAILED_PRECONDITION);
  CHECK(PullCode(FileName("text")) == StatusCode::FAILED_PRECONDITION);
  config().image_size_limit = 1000;
  Restart();
  WriteFileAtomically(folder() / "g", Qcow2Bytes());
  CHECK(PullCode(FileName("g")) == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(Files().empty());
}

}  // namespace
}  // namespace crimux::vm
