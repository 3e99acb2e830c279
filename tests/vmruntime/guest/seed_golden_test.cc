#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/vmruntime/guest/seed_samples.h"
#include "vmruntime/guest/seed.h"

namespace crimux::vm {
namespace {

// All files of a seed one after the other, as the golden files have them.
std::string Rendered(const SeedSpec& spec) {
  std::string text;
  for (const SeedFile& file : SeedFiles(spec)) text += "==> " + file.path + "\n" + file.content;
  return text;
}

std::string Golden(const std::string& name) {
  return ReadFile(std::filesystem::path(GOLDEN_DIR) / (name + ".txt"));
}

void CheckBoth(const std::string& name, SeedSpec spec) {
  spec.format = SeedFormat::kNoCloud;
  CHECK(Rendered(spec) == Golden(name + ".nocloud"));
  spec.format = SeedFormat::kConfigDrive;
  CHECK(Rendered(spec) == Golden(name + ".configdrive"));
}

TEST_CASE("the seed of a plain pod is as reviewed") { CheckBoth("plain", PlainSeed()); }

TEST_CASE("the seed with keys, the node's last, is as reviewed") {
  SeedSpec spec = PlainSeed();
  spec.ssh_keys = {"ssh-ed25519 AAAA me@laptop", "ssh-rsa BBBB ops"};
  spec.extra_ssh_keys = {"ssh-ed25519 CCCC node"};
  spec.root_ssh_keys = {"ssh-ed25519 DDDD root's"};
  CheckBoth("keys", spec);
}

TEST_CASE("the seed with a network of both families is as reviewed") {
  SeedSpec spec = PlainSeed();
  AddNetwork(&spec);
  CheckBoth("network", spec);
}

TEST_CASE("the seed with files is as reviewed") {
  SeedSpec spec = PlainSeed();
  AddFiles(&spec);
  CheckBoth("files", spec);
}

TEST_CASE("the seed with mounts is as reviewed") {
  SeedSpec spec = PlainSeed();
  AddMounts(&spec);
  CheckBoth("mounts", spec);
}

TEST_CASE("the seed with links to disks is as reviewed") {
  SeedSpec spec = PlainSeed();
  spec.links = {{"/dev/disk/by-id/virtio-dev-xvda", "/dev/xvda"},
                {"/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_data", "/data"}};
  CheckBoth("links", spec);
}

TEST_CASE("the seed with user-data and meta-data of the pod's own is as reviewed") {
  SeedSpec spec = PlainSeed();
  AddFiles(&spec);
  spec.user_data = boost::json::parse(R"({"write_files": [{"path": "/etc/motd", "content": "hi\n"}],
    "users": ["default", {"name": "cloudy", "system": true, "uid": 2000}], "fqdn": "web.example",
    "manage_etc_hosts": "localhost"})")
                       .as_object();
  spec.meta_data = boost::json::parse(R"({"instance-id": "foobar", "role": "db"})").as_object();
  CheckBoth("user_data", spec);
}

TEST_CASE("the seed with a script, and all else by vendor-data, is as reviewed") {
  SeedSpec spec = PlainSeed();
  AddFiles(&spec);
  AddMounts(&spec);
  spec.script = "@virtlet-mount-script@echo done\n";
  CheckBoth("script", spec);
}

}  // namespace
}  // namespace crimux::vm
