#include "vmruntime/pod/guest_seed.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/vmruntime/pod/fake_rooms.h"

namespace crimux::vm {
namespace {

struct GuestSeedFixture {
  WorldDir dir;
  World world{dir.path(), dir.hypervisor};

  std::string Create(const std::map<std::string, std::string>& annotations) {
    auto request = world.SandboxRequest("web");
    for (const auto& annotation : annotations) {
      request.mutable_config()->mutable_annotations()->insert(
          {annotation.first, annotation.second});
    }
    sandbox = world.sandboxes.Run(request);
    auto container = world.ContainerRequest(sandbox);
    auto* variable = container.mutable_config()->add_envs();
    variable->set_key("COLOUR");
    variable->set_value("deep blue");
    return world.containers.Create(container);
  }
  std::string Seed(const std::string& id) { return ReadFile(world.layout.Seed(id)); }
  const MachineSpec& Machine(const std::string& id) { return dir.hypervisor.specs.at(id); }

  std::string sandbox;
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("a container's machine has a seed that only QEMU's user may read, until it is removed") {
  GuestSeedFixture f;
  std::string id = f.Create({});
  CHECK(Has(f.Seed(id), "cidata"));
  CHECK(Has(f.Seed(id), R"("instance-id":"web.default")"));
  CHECK(Has(f.Seed(id), "COLOUR=\"deep blue\""));
  CHECK(Has(f.Seed(id), "02:00:00:00:00:01"));
  struct stat info {};
  REQUIRE(::stat(f.world.layout.Seed(id).c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0400);
  const DiskSpec& disk = f.Machine(id).disks.back();
  CHECK(disk.file == f.world.layout.Seed(id));
  CHECK(disk.readonly);
  CHECK_FALSE(disk.bootable);
  f.world.sandboxes.Remove(f.sandbox);
  CHECK(f.world.Empty());
}

TEST_CASE("the annotation takes the other format, or none") {
  GuestSeedFixture f;
  SECTION("configdrive") {
    std::string id = f.Create({{"VirtletCloudInitImageType", "configdrive"}});
    CHECK(Has(f.Seed(id), "config-2"));
    CHECK(Has(f.Seed(id), R"("uuid":"web.default")"));
  }
  SECTION("none") {
    std::string id = f.Create({{"crimux.io/cloud-init", "none"}});
    CHECK_FALSE(std::filesystem::exists(f.world.layout.Seed(id)));
    CHECK(f.Machine(id).disks.size() == 1);
  }
}

TEST_CASE("a configuration for Ignition waits at the firmware's device, readable for QEMU alone") {
  GuestSeedFixture f;
  const std::string config = R"({"ignition": {"version": "3.3.0"}})";
  std::string id = f.Create({{"crimux.io/ignition", config}});
  REQUIRE(f.Machine(id).firmware_files.size() == 1);
  CHECK(f.Machine(id).firmware_files[0].name == "opt/com.coreos/config");
  CHECK(ReadFile(f.Machine(id).firmware_files[0].file) == config);
  CHECK_FALSE(std::filesystem::exists(f.world.layout.Seed(id)));
}

TEST_CASE("files that go by the guest's agent are not in the seed") {
  GuestSeedFixture f;
  std::string id = f.Create({{"crimux.io/agent-files", "true"}});
  CHECK_FALSE(Has(f.Seed(id), "COLOUR"));
}

TEST_CASE("without a network configuration the guest finds its network by DHCP") {
  GuestSeedFixture f;
  std::string id = f.Create({{"VirtletForceDHCPNetworkConfig", "true"}});
  CHECK_FALSE(Has(f.Seed(id), "02:00:00:00:00:01"));
}

TEST_CASE("a source that isn't mounted fails the container, and leaves nothing of it") {
  GuestSeedFixture f;
  CHECK_THROWS_WITH(
      f.Create({{"VirtletSSHKeySource", "secret/keys"}}),
      Catch::Contains("crimux.io/ssh-key-source") && Catch::Contains("secret: {secretName: keys}"));
  CHECK(World::Entries(f.world.layout.Containers()) == 0);
  CHECK(f.dir.hypervisor.machines.empty());
}

TEST_CASE("an annotation that is wrong fails the sandbox already") {
  GuestSeedFixture f;
  CHECK(CodeOf([&] {
          f.Create({{"VirtletCloudInitImageType", "ec2"}});
        }) == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK(f.world.Empty());
}

TEST_CASE("the guest mounts the share, and each volume of it where the manifest wants it") {
  ShareRequest volumes{
      .mounts = {{.guest = "/data/inner", .name = "data-inner"},
                 {.guest = "/etc/hosts", .name = "etc-hosts", .is_directory = false},
                 {.guest = "/data", .name = "data"},
                 {.guest = "/a.conf", .name = "a.conf", .is_directory = false}}};
  state::SandboxRecord sandbox;
  sandbox.mutable_config()->set_hostname("web");
  auto mounts = MakeSeedSpec({}, sandbox, {}, volumes).mounts;
  REQUIRE(mounts.size() == 4);
  CHECK(mounts[0].source == "crimux");
  CHECK(mounts[0].type == "virtiofs");
  CHECK(mounts[1].path == "/a.conf");
  CHECK_FALSE(mounts[1].is_directory);
  CHECK(mounts[2].path == "/data");
  CHECK(mounts[2].source == "/run/crimux/data");
  CHECK(mounts[3].path == "/data/inner");
  volumes.mounts[2].host = "/pods/x/kubernetes.io~configmap/data";
  CHECK(MakeSeedSpec({}, sandbox, {}, volumes).mounts.size() == 4);
  CHECK(MakeSeedSpec({}, sandbox, {.write_mounts = true}, volumes).mounts.size() == 3);
  volumes.protocol = ShareProtocol::k9p;
  CHECK(MakeSeedSpec({}, sandbox, {}, volumes).mounts[0].type == "9p");
  CHECK(MakeSeedSpec({}, sandbox, {}, {}).mounts.empty());
}

TEST_CASE("a host name that is none is refused") {
  GuestSeedFixture f;
  state::ContainerRecord container;
  state::SandboxRecord sandbox;
  for (const char* name : {"a b", "a\nb", "$(id)", "../x", "<x>", "-x", "a/b"}) {
    sandbox.mutable_config()->set_hostname(name);
    CHECK_THROWS_WITH(MakeSeedSpec(container, sandbox, {}, {}),
                      Catch::Contains("it is no host name"));
  }
  sandbox.mutable_config()->set_hostname(std::string(254, 'a'));
  CHECK_THROWS_AS(MakeSeedSpec(container, sandbox, {}, {}), Error);
  sandbox.mutable_config()->set_hostname("web.default.example");
  CHECK(MakeSeedSpec(container, sandbox, {}, {}).hostname == "web.default.example");
}

}  // namespace
}  // namespace crimux::vm
