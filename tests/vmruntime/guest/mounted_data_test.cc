#include "vmruntime/guest/mounted_data.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"
#include "tests/vmruntime/guest/volumes.h"
#include "vmruntime/guest/beneath.h"

namespace crimux::vm {
namespace {

using Catch::Contains;
using Values = std::map<std::string, std::string>;

MountedData Open(const Volumes& volumes, const std::string& source) {
  return {annotation::kUserDataSource, *ParseDataSource(source, true), volumes.mounts};
}

TEST_CASE("a ConfigMap, a Secret and a mount are found among the pod's mounts by their names") {
  Volumes volumes;
  volumes.AddConfigMap("both", {{"k", "config"}});
  volumes.AddSecret("both", {{"k", "secret"}});
  CHECK(Open(volumes, "configmap/both").Read("k") == "config");
  CHECK(Open(volumes, "secret/both").Read("k") == "secret");
  CHECK(Open(volumes, "mount:/run/both").Read("k") == "config");
  CHECK(Open(volumes, "secret/both").ReadAll() == Values{{"k", "secret"}});
}

TEST_CASE("what isn't mounted is refused, with the lines that would mount it") {
  Volumes volumes;
  volumes.AddConfigMap("other", {});
  CHECK_THAT(Refusal([&] { Open(volumes, "configmap/vm"); }),
             Contains("crimux.io/user-data-source") && Contains("configmap/vm") &&
                 Contains("volumes: [{name: vm, configMap: {name: vm}}]") &&
                 Contains("volumeMounts: [{name: vm, mountPath: /run/vm}]"));
  CHECK_THAT(Refusal([&] { Open(volumes, "secret/other"); }),
             Contains("secret: {secretName: other}"));
  CHECK_THAT(Refusal([&] { Open(volumes, "mount:/etc"); }),
             Contains("the container mounts nothing at /etc"));
}

TEST_CASE("a key that isn't there is refused by its name") {
  Volumes volumes;
  volumes.AddConfigMap("vm", {{"a", "1"}});
  CHECK_THAT(Refusal([&] { Open(volumes, "configmap/vm").Read("b"); }),
             Contains("configmap/vm") && Contains("it has no key b"));
}

TEST_CASE("nothing outside the volume is read, whatever leads there") {
  Volumes volumes;
  auto folder = volumes.AddConfigMap("vm", {{"good", "1"}});
  WriteFileAtomically(volumes.path() / "outside", "secret of the node");
  std::filesystem::create_symlink("/etc/passwd", folder / "absolute");
  std::filesystem::create_symlink("../../../outside", folder / "upwards");
  std::filesystem::create_symlink("../../..", folder / "folder");
  std::filesystem::create_symlink("/proc/self/root/etc/passwd", folder / "magic");
  std::filesystem::create_symlink("loop", folder / "loop");
  Beneath beneath(folder);
  for (const char* key : {"absolute", "upwards", "magic", "loop", "folder/outside", "../vm/good"}) {
    INFO(key);
    CHECK_THROWS_WITH(beneath.Read(key), Contains("a link leads out of its volume"));
  }
  CHECK_THROWS_WITH(Open(volumes, "configmap/vm").ReadAll(), Contains("leads out"));
  CHECK(beneath.Read("good") == "1");
}

TEST_CASE("what is no regular file is refused and nobody waits for it") {
  Volumes volumes;
  auto folder = volumes.AddConfigMap("vm", {});
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK_THROWS_WITH(Beneath(folder).Read("pipe"), Contains("no regular file"));
  CHECK_THROWS_WITH(ReadMountedFile(folder / "pipe"), Contains("no regular file"));
  CHECK_THROWS_WITH(ReadMountedFile(folder / "..data"), Contains("..data"));
}

TEST_CASE("a file larger than a ConfigMap can be is refused") {
  Volumes volumes;
  auto folder = volumes.AddConfigMap(
      "vm", {{"most", std::string(1 << 20, 'x')}, {"more", std::string((1 << 20) + 1, 'x')}});
  CHECK(Beneath(folder).Read("most")->size() == 1 << 20);
  CHECK_THROWS_WITH(Beneath(folder).Read("more"), Contains("larger than 1 MiB"));
}

TEST_CASE("folders in a volume are no keys, and neither are the kubelet's own links") {
  Volumes volumes;
  auto folder = volumes.AddConfigMap("vm", {{"a", "1"}});
  std::filesystem::create_directory(folder / "folder");
  CHECK(Open(volumes, "configmap/vm").ReadAll() == Values{{"a", "1"}});
}

}  // namespace
}  // namespace crimux::vm
