// Disks in images and artifacts of a real registry.
#include <fmt/format.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <future>
#include <sstream>

#include "base/file.h"
#include "tests/vmruntime/image/local_registry.h"
#include "tests/vmruntime/image/store_fixture.h"
#include "tests/vmruntime/image/tars.h"
#include "vmruntime/fetch/sha256.h"

namespace crimux::vm {
namespace {

using grpc::StatusCode;

class RegistryImages : public StoreFixture {
 public:
  RegistryImages() {
    config().image_ca_file = registry.authority();
    Restart();
  }
  std::string OciName(const std::string& rest) const {
    std::string address = registry.address();
    address.replace(address.find(':'), 1, "__3a");
    return "vm.crimux.io/oci/" + address + "/" + rest;
  }
  std::string PullOci(const std::string& rest, const Credentials& who = LocalRegistry::User()) {
    return store().Pull(OciName(rest), {}, who);
  }
  std::pair<StatusCode, std::string> Fail(const std::string& rest,
                                          const Credentials& who = LocalRegistry::User()) {
    try {
      PullOci(rest, who);
    } catch (const Error& e) {
      CHECK(Files().empty());
      return {e.code(), e.what()};
    }
    return {StatusCode::OK, ""};
  }
  std::string Shown(const std::string& rest) const {
    return "\"oci://" + registry.address() + "/" + rest + "\": ";
  }
  // What the image in the store holds.
  std::string Stored(const std::string& digest) { return ReadFile(store().Find(digest)->file); }

  LocalRegistry registry;
};

PushedImage ContainerDisk(const std::string& disk) {
  return {.layers = {TarOf({{"disk/", "", TarEntry::Kind::kFolder}, {"disk/fw.img", disk}})}};
}

TEST_CASE_METHOD(RegistryImages, "the disk in a container image is pulled, by tag and by digest") {
  std::string manifest = registry.Push(ContainerDisk(Qcow2Bytes()), "kubevirt/fw:v1");
  std::string digest = PullOci("kubevirt/fw:v1");
  CHECK(digest == DigestOf(Qcow2Bytes()));
  CHECK(Stored(digest) == Qcow2Bytes());
  std::optional<StoredImage> image = store().Find(OciName("kubevirt/fw:v1"));
  REQUIRE(image);
  CHECK(image->tags == std::vector<std::string>{OciName("kubevirt/fw:v1")});
  CHECK(image->digests == std::vector<std::string>{OciName("kubevirt/fw@" + manifest)});
  CHECK(Files().size() == 2);
  // By the manifest's digest it is there already; without credentials too.
  CHECK(PullOci("kubevirt/fw@" + manifest, {}) == digest);
  store().Remove(digest, nullptr);
  CHECK(PullOci("kubevirt/fw:any@" + manifest) == digest);
}

TEST_CASE_METHOD(RegistryImages, "ten pulls at once are one download, and so is the next one") {
  registry.Push(ContainerDisk(Qcow2Bytes()), "fw:v1");
  int before = registry.Blobs("fw");
  std::vector<std::future<std::string>> pulls;
  for (int i = 0; i < 10; ++i) {
    pulls.push_back(std::async(std::launch::async, [&] { return PullOci("fw:v1"); }));
  }
  for (std::future<std::string>& pull : pulls) CHECK(pull.get() == DigestOf(Qcow2Bytes()));
  PullOci("fw:v1");
  CHECK(registry.Blobs("fw") == before + 1);
}

TEST_CASE_METHOD(RegistryImages, "a pull from a registry ends when its caller leaves") {
  registry.Push(ContainerDisk(Qcow2Bytes()), "fw:v1");
  auto past = std::chrono::system_clock::now() + std::chrono::microseconds(100);
  StatusCode code = PullCode(OciName("fw:v1"), {.deadline = past}, LocalRegistry::User());
  CHECK(code == StatusCode::DEADLINE_EXCEEDED);
  CHECK(Files().empty());
}

TEST_CASE_METHOD(RegistryImages, "layers may be packed, disks too, and of any format") {
  std::string vmdk = Converted(RawDiskBytes(2U << 20), "vmdk", "subformat=streamOptimized");
  std::string disk = Piped({"xz", "-c"}, vmdk);
  std::string tar = TarOf({{"etc/os-release", "no"}, {"disk/fw.vmdk.xz", disk}});
  for (const std::vector<std::string>& packer :
       {std::vector<std::string>{"gzip", "-c"}, {"zstd", "-cq"}}) {
    registry.Push({.layers = {Piped(packer, tar)}}, "fw:packed");
    CHECK(RawOf(Stored(PullOci("fw:packed")), "qcow2") == RawDiskBytes(2U << 20));
  }
  CHECK(store().List().size() == 1);
}

TEST_CASE_METHOD(RegistryImages, "an artifact is the disk, or a tar of one file") {
  PushedImage artifact{.config_type = "application/vnd.unknown.config.v1+json"};
  artifact.layers = {Qcow2Bytes('b')};
  registry.Push(artifact, "artifact:raw");
  CHECK(PullOci("artifact:raw") == DigestOf(Qcow2Bytes('b')));
  artifact.layers = {Piped({"gzip", "-c"}, Qcow2Bytes('b'))};
  registry.Push(artifact, "artifact:packed");
  CHECK(PullOci("artifact:packed") == DigestOf(Qcow2Bytes('b')));
  artifact.layers = {Piped({"gzip", "-c"}, TarOf({{"any/name", Qcow2Bytes('b')}}))};
  registry.Push(artifact, "artifact:tar");
  CHECK(PullOci("artifact:tar") == DigestOf(Qcow2Bytes('b')));
  CHECK(store().List().size() == 1);
}

TEST_CASE_METHOD(RegistryImages, "of an index, this machine's image is pulled") {
  PushedImage image = ContainerDisk(Qcow2Bytes());
  image.in_index = true;
  std::string index = registry.Push(image, "fw:all");
  std::string digest = PullOci("fw:all");
  CHECK(digest == DigestOf(Qcow2Bytes()));
  CHECK(store().Find(digest)->digests == std::vector<std::string>{OciName("fw@" + index)});
}

TEST_CASE_METHOD(RegistryImages, "the uppermost layer with a file in /disk decides") {
  std::string old = TarOf({{"disk/old.img", Qcow2Bytes('o')}});
  registry.Push(
      {.layers = {old, TarOf({{"disk/new.img", Qcow2Bytes('n')}}), TarOf({{"etc/x", ""}})}},
      "layers:upper");
  CHECK(PullOci("layers:upper") == DigestOf(Qcow2Bytes('n')));
  registry.Push({.layers = {old, TarOf({{"disk/.wh.other.img", ""}})}}, "layers:kept");
  CHECK(PullOci("layers:kept") == DigestOf(Qcow2Bytes('o')));
  store().Remove(DigestOf(Qcow2Bytes('n')), nullptr);
  store().Remove(DigestOf(Qcow2Bytes('o')), nullptr);
  for (const char* whiteout : {"disk/.wh.old.img", ".wh.disk", "disk/.wh..wh..opq"}) {
    registry.Push({.layers = {old, TarOf({{whiteout, ""}})}}, "layers:gone");
    CHECK(Fail("layers:gone") ==
          std::pair(StatusCode::FAILED_PRECONDITION,
                    "look for the disk in " + Shown("layers:gone") + "it has no file in /disk"));
  }
}

TEST_CASE_METHOD(RegistryImages, "what holds no disk, or several, is refused and leaves nothing") {
  std::string start = "look for the disk in ";
  auto refused = [&](const PushedImage& image, const std::string& why) {
    registry.Push(image, "bad:v1");
    CHECK(Fail("bad:v1") ==
          std::pair(StatusCode::FAILED_PRECONDITION, start + Shown("bad:v1") + why));
  };
  std::string tar = TarOf({{"disk/a\n", Qcow2Bytes()}, {"disk/b", Qcow2Bytes()}});
  refused({.layers = {tar}}, "it has 2 files that may be the disk: disk/a\\n, disk/b");
  refused({.layers = {TarOf({{"etc/passwd", "x"}})}}, "it has no file in /disk");
  refused({.layers = {TarOf({{"disk/x", "", TarEntry::Kind::kSymlink, "/etc/shadow"}})}},
          "\"/disk/x\" is no regular file");
  refused({.layers = {tar, tar}, .config_type = "application/x"},
          "the artifact has 2 layers, not one");
  refused(
      {.layers = {TarOf({{"a/", "", TarEntry::Kind::kFolder}})}, .config_type = "application/x"},
      "the tar holds no file");
  refused({.layers = {"no tar", TarOf({{"etc/passwd", "x"}})}},
          "the layer " + DigestOf("no tar") + " is no tar");
  registry.Push(ContainerDisk("hello"), "bad:text");
  CHECK(Fail("bad:text").first == StatusCode::FAILED_PRECONDITION);
}

TEST_CASE_METHOD(RegistryImages, "a registry's limits are those of every image") {
  registry.Push(ContainerDisk(RawDiskBytes(8U << 20)), "big:v1");
  config().image_size_limit = 4U << 20;
  Restart();
  CHECK(Fail("big:v1") ==
        std::pair(StatusCode::RESOURCE_EXHAUSTED,
                  "download " + Shown("big:v1") + "larger than the limit of 4194304 bytes"));
  registry.Push(
      {.layers = {Piped({"gzip", "-c"}, ContainerDisk(RawDiskBytes(8U << 20)).layers[0])}},
      "big:packed");
  CHECK(Fail("big:packed") ==
        std::pair(StatusCode::RESOURCE_EXHAUSTED, "unpack disk image " + Shown("big:packed") +
                                                      "larger than the limit of 4194304 bytes"));
}

TEST_CASE_METHOD(RegistryImages, "who has no right to an image gets none, and no secret is shown") {
  std::ostringstream text;
  auto kept = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>(
      "test", std::make_shared<spdlog::sinks::ostream_sink_mt>(text)));
  registry.Push(ContainerDisk(Qcow2Bytes()), "fw:v1");
  std::pair<StatusCode, std::string> denied(StatusCode::PERMISSION_DENIED,
                                            "download " + Shown("fw:v1") + "HTTP status 401");
  CHECK(Fail("fw:v1", {}) == denied);
  CHECK(Fail("fw:v1", {.username = "jo", .password = "wr0ng-Pass"}) == denied);
  CHECK(Fail("fw:v1", {.registry_token = "wr0ng-Pass"}) == denied);
  Credentials user = LocalRegistry::User();
  for (const char* server : {"https://other.example.com", "127.0.0.1", "vm.crimux.io/oc"}) {
    user.server = server;
    CHECK(Fail("fw:v1", user) == denied);
  }
  for (const std::string& server : {registry.address(), "https://" + registry.address() + "/v2/",
                                    std::string("vm.crimux.io"), OciName("fw")}) {
    user.server = server;
    CHECK(PullOci("fw:v1", user) == DigestOf(Qcow2Bytes()));
  }
  spdlog::set_default_logger(kept);
  CHECK_THAT(text.str(), !Catch::Contains("Pass") && !Catch::Contains("jo"));
  CHECK_THAT(text.str(), Catch::Contains("are for another server"));
}

TEST_CASE_METHOD(RegistryImages, "a registry must have a certificate that is trusted") {
  registry.Push(ContainerDisk(Qcow2Bytes()), "fw:v1");
  config().image_ca_file.clear();
  Restart();
  CHECK(Fail("fw:v1").first == StatusCode::UNAVAILABLE);
}

TEST_CASE_METHOD(RegistryImages, "a translation leads to a registry, by a transport") {
  std::string manifest = registry.Push(ContainerDisk(Qcow2Bytes()), "fw:v1");
  config().image_ca_file.clear();
  config().image_transports["t"] = {.ca_file = registry.authority()};
  ImageTranslation translation{
      .name = "fw", .url = "oci://" + registry.address() + "/fw", .transport = "t"};
  auto pull = [&](const ImageTranslation& t, const std::string& name) {
    config().image_translations = {t};
    Restart();
    return PullCode(name, {}, LocalRegistry::User());
  };
  // Without one of its own, the name's tag.
  CHECK(pull(translation, "vm.crimux.io/fw:v2") == StatusCode::NOT_FOUND);
  CHECK(pull(translation, "vm.crimux.io/fw:v1") == StatusCode::OK);
  store().Remove(DigestOf(Qcow2Bytes()), nullptr);
  translation.url += ":v1";
  translation.digest = manifest;
  translation.size = Qcow2Bytes().size();
  CHECK(pull(translation, "vm.crimux.io/fw:v2") == StatusCode::OK);
  store().Remove(DigestOf(Qcow2Bytes()), nullptr);
  translation.size = 1000;
  CHECK(pull(translation, "vm.crimux.io/fw:v2") == StatusCode::FAILED_PRECONDITION);
  translation.size.reset();
  translation.digest = "sha256:" + std::string(64, '0');
  CHECK(pull(translation, "vm.crimux.io/fw:v2") == StatusCode::FAILED_PRECONDITION);
  CHECK(Files().empty());
}

}  // namespace
}  // namespace crimux::vm
