#include "vmruntime/image/disk_image_store.h"

#include "base/file.h"
#include "tests/vmruntime/fetch/small_disk.h"
#include "tests/vmruntime/image/store_fixture.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;
using Names = std::vector<std::string>;

const std::string kNoImage = "sha256:" + std::string(64, '0');
TEST_CASE_METHOD(StoreFixture, "a pulled image is found under all its names") {
  std::string bytes = Qcow2Bytes();
  Put("g", bytes);
  std::string digest = Pull("g");
  std::string hex = digest.substr(7);
  for (const std::string& name : {Name("g"), Name("g:latest"), digest, hex, Name("g@" + digest)}) {
    INFO(name);
    std::optional<StoredImage> image = store().Find(name);
    REQUIRE(image);
    CHECK(image->digest == digest);
    CHECK(image->tags == Names{Name("g:latest")});
    CHECK(image->digests == Names{Name("g@" + digest)});
    CHECK(image->size == bytes.size());
    CHECK(image->virtual_size == 4U << 20);
    CHECK(image->format == "qcow2");
    CHECK(ReadFile(image->file) == bytes);
  }
  for (const std::string& name : {Name("g:v2"), Name("h"), kNoImage, std::string(), Name("g@x")}) {
    CHECK_FALSE(store().Find(name));
  }
  CHECK(Files() == std::set<std::string>{hex + ".img", hex + ".json"});
}

TEST_CASE_METHOD(StoreFixture, "a prefix that routes stays in the names") {
  Put("g", Qcow2Bytes());
  std::string name = "vm.crimux.io/" + EscapeImageName(server().Url("/g")) + ":v1";
  store().Pull(name, {});
  REQUIRE(store().Find(name));
  CHECK(store().Find(name)->tags == Names{name});
}

TEST_CASE_METHOD(StoreFixture, "a new store on the same folder has the same images") {
  Put("a", Qcow2Bytes('a'));
  Put("b", RawDiskBytes(1U << 20));
  Pull("a:v1");
  std::string digest = Pull("b");
  store().Pull(Name("b@" + digest), {});
  std::vector<StoredImage> before = store().List();
  Restart();
  std::vector<StoredImage> after = store().List();
  REQUIRE(after.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(after[i].digest == before[i].digest);
    CHECK(after[i].tags == before[i].tags);
    CHECK(after[i].digests == before[i].digests);
    CHECK(after[i].size == before[i].size);
    CHECK(after[i].virtual_size == before[i].virtual_size);
    CHECK(after[i].format == before[i].format);
    CHECK(after[i].file == before[i].file);
  }
}

TEST_CASE_METHOD(StoreFixture, "the same bytes under two names are one image") {
  Put("a", Qcow2Bytes());
  Put("b", Qcow2Bytes());
  CHECK(Pull("a") == Pull("b:v1"));
  REQUIRE(store().List().size() == 1);
  CHECK(store().List()[0].tags == Names{Name("a:latest"), Name("b:v1")});
  CHECK(store().List()[0].digests.size() == 2);
}

TEST_CASE_METHOD(StoreFixture, "a tag moves to the image that was pulled last") {
  Put("g", Qcow2Bytes('a'));
  std::string old_digest = Pull("g");
  Put("g", Qcow2Bytes('b'));
  std::string new_digest = Pull("g");
  REQUIRE(old_digest != new_digest);
  for (int restarts = 0; restarts < 2; ++restarts) {
    CHECK(store().Find(Name("g"))->digest == new_digest);
    REQUIRE(store().Find(old_digest));
    CHECK(store().Find(old_digest)->tags.empty());
    CHECK(store().Find(old_digest)->digests == Names{Name("g@" + old_digest)});
    Restart();
  }
}

TEST_CASE_METHOD(StoreFixture, "a digest in the name is verified") {
  Put("g", Qcow2Bytes());
  CHECK(PullCode(Name("g@" + kNoImage)) == StatusCode::FAILED_PRECONDITION);
  CHECK(Files().empty());
  std::string digest = Pull("g");
  store().Remove(digest, Unused);
  CHECK(store().Pull(Name("g:v1@" + digest), {}) == digest);
  CHECK(store().List()[0].tags.empty());
}

TEST_CASE_METHOD(StoreFixture, "a digest that is there is not fetched again") {
  Put("g", Qcow2Bytes());
  std::string digest = Pull("g");
  CHECK(store().Pull(Name("other@" + digest), {}) == digest);
  CHECK(server().hits() == 1);
  CHECK(store().Find(digest)->digests.size() == 2);
}

TEST_CASE_METHOD(StoreFixture, "what is no image leaves an error and nothing else") {
  Put("html", "<html>hello");
  TemporaryDir folder;
  std::string base = MakeQcow2(folder.path()).string();
  Put("backed", ReadFile(MakeQcow2(folder.path(), {"-b", base, "-F", "qcow2"})));
  Put("short", Qcow2Bytes().substr(0, 70'000));
  CHECK(PullCode(Name("html")) == StatusCode::FAILED_PRECONDITION);
  CHECK(PullCode(Name("backed")) == StatusCode::FAILED_PRECONDITION);
  CHECK(PullCode(Name("short")) == StatusCode::FAILED_PRECONDITION);
  CHECK(PullCode(Name("missing")) == StatusCode::NOT_FOUND);
  CHECK(PullCode("bad name") == StatusCode::INVALID_ARGUMENT);
  CHECK(Files().empty());
  CHECK(store().List().empty());
  CHECK_THROWS_WITH(Pull("html"),
                    "check disk image \"" + server().Url("/html") + "\": it is an HTML page");
}

TEST_CASE_METHOD(StoreFixture, "an image over the size limit is refused") {
  config().image_size_limit = 1000;
  Restart();
  Put("g", Qcow2Bytes());
  CHECK(PullCode(Name("g")) == StatusCode::RESOURCE_EXHAUSTED);
  CHECK(Files().empty());
}

TEST_CASE_METHOD(StoreFixture, "an image is removed with all its names, by any of them") {
  Put("g", Qcow2Bytes());
  std::string digest = Pull("g");
  for (const std::string& name : {Name("g:v1"), digest, digest.substr(7), Name("g@" + digest)}) {
    Pull("g:v1");
    Pull("g:v2");
    store().Remove(name, Unused);
    CHECK(store().List().empty());
    CHECK(Files().empty());
  }
  CHECK_NOTHROW(store().Remove(digest, Unused));
  CHECK_NOTHROW(store().Remove("no such name", Unused));
}

TEST_CASE_METHOD(StoreFixture, "an image that a container uses is not removed") {
  Put("g", Qcow2Bytes());
  std::string digest = Pull("g");
  std::string asked;
  auto used = [&](const std::string& about) {
    asked = about;
    return true;
  };
  try {
    store().Remove(Name("g"), used);
    FAIL("removed");
  } catch (const Error& e) {
    CHECK(e.code() == StatusCode::FAILED_PRECONDITION);
  }
  CHECK(asked == digest);
  CHECK(store().Find(Name("g")));
}

TEST_CASE_METHOD(StoreFixture, "a full disk leaves what was there, and nothing of the new image") {
  Put("old", Qcow2Bytes('a'));
  Put("new", Qcow2Bytes('b'));
  config().state_dir += "-small";
  SmallDisk disk(config().state_dir, "size=6m,mode=755");
  Restart();
  std::string old_digest = Pull("old");
  std::set<std::string> files = Files();

  SECTION("no room for the image") {
    Put("new", RawDiskBytes(2U << 20));
    CHECK(PullCode(Name("new")) == StatusCode::RESOURCE_EXHAUSTED);
  }
  SECTION("no room for its record") {
    // There are: root, images/, tmp/, the old image and its record. A second link counts too.
    disk.Resize("size=16m,nr_inodes=7");
    CHECK_THROWS_WITH(Pull("new"), Catch::Contains(".json"));
    CHECK(PullCode(Name("new")) == StatusCode::RESOURCE_EXHAUSTED);
    // Bytes that are there need room for their download alone.
    disk.Resize("size=16m,nr_inodes=5");
    CHECK(PullCode(Name("old")) == StatusCode::RESOURCE_EXHAUSTED);
  }
  CHECK(Files() == files);
  CHECK(store().List().size() == 1);
  CHECK(store().Find(Name("old"))->digest == old_digest);
  disk.Resize("size=16m,nr_inodes=100");
  CHECK(PullCode(Name("new")) == StatusCode::OK);
}

TEST_CASE_METHOD(StoreFixture, "usage counts the images' folder") {
  StoreUsage empty = store().Usage();
  CHECK(empty.mountpoint == images());
  CHECK(empty.inodes == 2);  // the folder and tmp/
  std::string bytes = Qcow2Bytes();
  Put("g", bytes);
  Pull("g");
  StoreUsage one = store().Usage();
  CHECK(one.inodes == 4);
  CHECK(one.bytes >= empty.bytes + bytes.size());
  CHECK(one.bytes < empty.bytes + bytes.size() + 65536);
}

TEST_CASE_METHOD(StoreFixture, "what a crash has left is removed at the next start") {
  Put("g", Qcow2Bytes());
  std::string hex = Pull("g").substr(7);
  std::string other(64, 'e');
  std::string third(64, 'f');
  WriteFileAtomically(images() / "tmp" / "half", "x");
  WriteFileAtomically(images() / (other + ".img"), "x");
  std::filesystem::copy_file(images() / (hex + ".json"), images() / (third + ".json"));
  WriteFileAtomically(images() / (hex + ".json.tmp-123"), "x");
  WriteFileAtomically(images() / "README", "not ours");
  Restart();
  CHECK(Files() == std::set<std::string>{hex + ".img", hex + ".json", "README"});
  CHECK(store().List().size() == 1);
}

TEST_CASE_METHOD(StoreFixture, "an image whose record is damaged is kept without names") {
  Put("g", Qcow2Bytes());
  std::string digest = Pull("g");
  std::filesystem::path record = images() / (digest.substr(7) + ".json");
  std::string good = ReadFile(record);
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("[1]"), std::string("{\"version\": 2}"),
        good.substr(0, good.size() / 2), std::string("{\"version\":1,\"digest\":7}")}) {
    INFO(bad);
    WriteFileAtomically(record, bad);
    Restart();
    REQUIRE(store().Find(digest));
    CHECK(store().Find(digest)->tags.empty());
    CHECK(store().Find(digest)->virtual_size == 4U << 20);
    CHECK_FALSE(store().Find(Name("g")));
  }
  CHECK(Pull("g") == digest);
  Restart();
  CHECK(store().Find(Name("g")));
}

TEST_CASE_METHOD(StoreFixture, "images are open to QEMU's user and closed to its writes") {
  Put("g", Qcow2Bytes());
  Pull("g");
  struct stat info {};
  REQUIRE(::stat(store().Find(Name("g"))->file.c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0444);
  REQUIRE(::stat(images().c_str(), &info) == 0);
  CHECK((info.st_mode & 07777) == 0755);
}

}  // namespace
}  // namespace crimux::vm
