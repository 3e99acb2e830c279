#include "vmruntime/annotations/disk_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

DiskOptions Read(const AnnotationMap& annotations) {
  return ReadDiskOptions(AnnotationReader(annotations));
}

std::string RefusalOf(const std::string& name, const std::string& value) {
  return Refusal([&] { Read({{name, value}}); });
}

TEST_CASE("disks are virtio, written back, with discard, kept with the pod, unless annotated") {
  DiskOptions plain = Read({});
  CHECK_FALSE(plain.bus);
  CHECK(plain.cache == DiskCache::kWriteback);
  CHECK(plain.discard);
  CHECK(plain.keep_root);
  DiskOptions other = Read({{"VirtletDiskDriver", "scsi"},
                            {"VirtletRootVolumeSize", "4Gi"},
                            {"crimux.io/disk-cache", "none"},
                            {"crimux.io/disk-io", "native"},
                            {"crimux.io/disk-discard", "false"},
                            {"crimux.io/root-lifetime", "container"}});
  CHECK(other.bus == DiskBus::kScsi);
  CHECK(other.root_size == 4ULL << 30);
  CHECK(other.cache == DiskCache::kNone);
  CHECK(other.io == DiskIo::kNative);
  CHECK_FALSE(other.discard);
  CHECK_FALSE(other.keep_root);
}

TEST_CASE("each wrong disk annotation is refused by name, with the reason") {
  CHECK(RefusalOf("VirtletDiskDriver", "nvme") ==
        "read annotation \"VirtletDiskDriver\": \"nvme\" is none of: virtio, scsi, sata, ide");
  CHECK_THAT(RefusalOf("crimux.io/disk-cache", "no"), Contains("crimux.io/disk-cache"));
  CHECK_THAT(RefusalOf("crimux.io/disk-io", "fast"), Contains("crimux.io/disk-io"));
  CHECK_THAT(RefusalOf("crimux.io/disk-io", "native"), Contains("needs crimux.io/disk-cache none"));
  CHECK_THAT(RefusalOf("crimux.io/disk-discard", "no"), Contains("neither true nor false"));
  CHECK_THAT(RefusalOf("VirtletRootVolumeSize", "big"), Contains("is not a Kubernetes quantity"));
  CHECK_THAT(RefusalOf("crimux.io/root-size", "65Ti"), Contains("64Ti"));
  CHECK_THAT(RefusalOf("crimux.io/root-lifetime", "node"), Contains("none of: pod, container"));
}

TEST_CASE("extra disks have a name, a size and perhaps a bus") {
  DiskOptions options = Read({{"crimux.io/disks",
                               "- {name: data, size: 1Gi}\n"
                               "- {name: logs-2, size: 10M, bus: sata}\n"}});
  REQUIRE(options.disks.size() == 2);
  CHECK(options.disks[0].name == "data");
  CHECK(options.disks[0].size == 1ULL << 30);
  CHECK_FALSE(options.disks[0].bus);
  CHECK(options.disks[1].size == 10'000'000);
  CHECK(options.disks[1].bus == DiskBus::kSata);
}

TEST_CASE("wrong extra disks are refused, and the error says which") {
  auto refusal = [](const std::string& yaml) { return RefusalOf("crimux.io/disks", yaml); };
  CHECK_THAT(refusal("data"), Contains("it is not a list"));
  CHECK_THAT(refusal("[data]"), Contains("disk 1 is not a map"));
  CHECK_THAT(refusal("[{size: 1Gi}]"), Contains("disk 1 needs name"));
  CHECK_THAT(refusal("[{name: a}]"), Contains("disk 1 needs size"));
  CHECK_THAT(refusal("[{name: a, size: 1}]"), Contains("not between 1Mi and 64Ti"));
  CHECK_THAT(refusal("[{name: a, size: x}]"), Contains("is not a Kubernetes quantity"));
  CHECK_THAT(refusal("[{name: a, size: 1Gi, bus: nvme}]"), Contains("bus \"nvme\""));
  CHECK_THAT(refusal("[{name: a, size: 1Gi, file: /etc/shadow}]"), Contains("knows no \"file\""));
  CHECK_THAT(refusal("[{name: a, size: 1Gi}, {name: a, size: 1Gi}]"),
             Contains("disk 2 has name \"a\""));
  CHECK_THAT(refusal("[{name: [a], size: 1Gi}]"), Contains("no plain text as name"));
  CHECK_THAT(refusal("[{? [a] : b}]"), Contains("a key that is no text"));
  for (const char* name : {"../x", "a b", "A", "-a", "a-", "\"a\\nb\"", "\"<a>\"", "'a\"b'",
                           "aaaaaaaaaaaaaaaaaaaaa"}) {
    CHECK_THAT(refusal("[{name: " + std::string(name) + ", size: 1Gi}]"),
               Contains("is not made of up to 20 lower-case letters, digits and dashes"));
  }
  std::string many;
  for (int i = 0; i < 25; ++i) many += "- {name: d" + std::to_string(i) + ", size: 1Gi}\n";
  CHECK_THAT(refusal(many), Contains("25 entries; 24 can be"));
}

TEST_CASE("a CD-ROM is a file of a mount or a device") {
  DiskOptions options =
      Read({{"crimux.io/cdroms", "[{path: /isos/install.iso, boot: true}, {device: /dev/tools}]"}});
  REQUIRE(options.cdroms.size() == 2);
  CHECK(options.cdroms[0].path == "/isos/install.iso");
  CHECK(options.cdroms[0].boot);
  CHECK(options.cdroms[1].device == "/dev/tools");
  CHECK_FALSE(options.cdroms[1].boot);
  CHECK_THAT(RefusalOf("crimux.io/cdroms", "[{boot: true}]"),
             Contains("CD-ROM 1 needs either path or device"));
  CHECK_THAT(RefusalOf("crimux.io/cdroms", "[{path: /a, device: /b}]"), Contains("either"));
  CHECK_THAT(RefusalOf("crimux.io/cdroms", "[{path: /a, boot: 1}]"),
             Contains("neither true nor false"));
}

}  // namespace
}  // namespace crimux::vm
