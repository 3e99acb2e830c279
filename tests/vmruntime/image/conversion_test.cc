#include "base/file.h"
#include "tests/vmruntime/image/store_fixture.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using Names = std::vector<std::string>;

// A disk of 4 MiB with something on it.
std::string Raw() {
  std::string raw = RawDiskBytes(4U << 20);
  raw.replace(1U << 20, 5, "hello");
  return raw;
}

TEST_CASE_METHOD(StoreFixture, "a disk of any format becomes a qcow2 under its own digest") {
  std::string raw = Raw();
  for (const char* format : {"raw", "vmdk", "vdi", "vhdx"}) {
    INFO(format);
    std::string bytes = Converted(raw, format);
    Put(format, bytes);
    std::string digest = Pull(format);
    std::optional<StoredImage> image = store().Find(Name(format));
    REQUIRE(image);
    CHECK(image->format == "qcow2");
    CHECK(image->virtual_size == raw.size());
    CHECK(image->digest == digest);
    CHECK(image->digest == DigestOf(ReadFile(image->file)));
    CHECK(image->size == std::filesystem::file_size(image->file));
    CHECK(image->digests == Names{Name(format) + "@" + DigestOf(bytes)});
    CHECK(RawOf(ReadFile(image->file), "qcow2") == raw);
    store().Remove(digest, Unused);
  }
  CHECK(Files().empty());
}

TEST_CASE_METHOD(StoreFixture, "a compressed disk is unpacked; a qcow2 in it stays as it is") {
  std::string qcow2 = Qcow2Bytes();
  for (const auto& packer : std::vector<std::vector<std::string>>{
           {"gzip", "-c"}, {"xz", "-c"}, {"zstd", "-qc"}, {"bzip2", "-c"}}) {
    INFO(packer[0]);
    Put(packer[0], Piped(packer, qcow2));
    CHECK(Pull(packer[0]) == DigestOf(qcow2));
  }
  REQUIRE(store().List().size() == 1);
  CHECK(store().List()[0].digests.size() == 4);
  CHECK(ReadFile(store().List()[0].file) == qcow2);
  Put("vmdk", Piped({"xz", "-c"}, Converted(Raw(), "vmdk")));
  Pull("vmdk");
  CHECK(RawOf(ReadFile(store().Find(Name("vmdk"))->file), "qcow2") == Raw());
}

TEST_CASE_METHOD(StoreFixture, "a digest in the name is that of what is fetched") {
  std::string bytes = Piped({"gzip", "-c"}, Raw());
  std::string source = DigestOf(bytes);
  Put("g", bytes);
  std::string digest = store().Pull(Name("g@" + source), {});
  CHECK(digest != source);
  for (int restarts = 0; restarts < 2; ++restarts) {
    for (const std::string& name : {Name("g@" + source), source, digest, digest.substr(7)}) {
      REQUIRE(store().Find(name));
      CHECK(store().Find(name)->digest == digest);
    }
    Restart();
  }
  CHECK(store().Pull(Name("other@" + source), {}) == digest);
  CHECK(server().hits() == 1);
  CHECK(store().Find(digest)->digests == Names{Name("g@" + source), Name("other@" + source)});
  store().Remove(Name("g@" + source), Unused);
  CHECK(store().List().empty());
}

TEST_CASE_METHOD(StoreFixture, "what was fetched before is not converted again") {
  std::string bytes = Converted(Raw(), "vdi");
  Put("a", bytes);
  Put("b", bytes);
  std::string digest = Pull("a");
  std::filesystem::path file = store().Find(digest)->file;
  auto written = std::filesystem::last_write_time(file);
  CHECK(Pull("b:v1") == digest);
  REQUIRE(store().List().size() == 1);
  CHECK(store().List()[0].tags == Names{Name("a:latest"), Name("b:v1")});
  CHECK(std::filesystem::last_write_time(file) == written);
  CHECK(Files().size() == 2);
}

TEST_CASE_METHOD(StoreFixture, "what cannot be converted leaves an error and nothing else") {
  Put("twice", Piped({"gzip", "-c"}, Piped({"xz", "-c"}, Raw())));
  Put("tar", Piped({"gzip", "-c"}, [] {
        std::string tar(2048, '\0');
        return tar.replace(257, 5, "ustar");
      }()));
  Put("cut", Piped({"gzip", "-c"}, Raw()).substr(0, 1000));
  std::string vmdk = Converted(Raw(), "vmdk");
  Put("parent", vmdk.replace(vmdk.find("parentCID=ffffffff"), 18, "parentCID=00000001"));
  std::string start = "check disk image \"" + server().Url("/");
  CHECK_THROWS_WITH(Pull("twice"), start + "twice\": it is compressed twice");
  CHECK_THROWS_WITH(Pull("tar"), start + "tar\": it is a tar archive");
  CHECK_THROWS_WITH(Pull("parent"), start + "parent\": it has a parent disk");
  CHECK_THROWS_WITH(Pull("cut"), Catch::StartsWith("unpack disk image"));
  CHECK(Files().empty());
  config().image_size_limit = 1U << 20;
  Restart();
  Put("bomb", Piped({"gzip", "-c"}, Raw()));
  CHECK(PullCode(Name("bomb")) == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(Files().empty());
}

TEST_CASE_METHOD(StoreFixture, "a pull that is cancelled while it converts leaves nothing") {
  Put("g", Piped({"gzip", "-c"}, Raw()));
  std::stop_source caller;
  AnswerBy([&](Exchange& exchange) {
    AnswerFromFiles(exchange);
    caller.request_stop();
  });
  StatusCode code = PullCode(Name("g"), {.cancelled = caller.get_token()});
  CHECK((code == StatusCode::CANCELLED || code == StatusCode::OK));
  if (code == StatusCode::CANCELLED) CHECK(Files().empty());
}

TEST_CASE_METHOD(StoreFixture, "records of the first version are read") {
  Put("g", Qcow2Bytes());
  std::string digest = Pull("g");
  std::string hex = digest.substr(7);
  WriteFileAtomically(images() / (hex + ".json"),
                      R"({"version":1,"digest":")" + digest +
                          R"(","tags":["h.io/g:v1"],"names":["h.io/g"],"size":5,"virtual_size":)" +
                          R"(4194304,"format":"qcow2","pulled_at":1})");
  Restart();
  REQUIRE(store().Find("h.io/g:v1"));
  CHECK(store().Find("h.io/g:v1")->digests == Names{"h.io/g@" + digest});
}

}  // namespace
}  // namespace crimux::vm
