#include "vmruntime/disk/pod_disks.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

TEST_CASE("a pod's key tells uid, namespace and name apart, and holds no character of theirs") {
  std::string key = PodDisks::KeyOf("uid", "default", "web");
  CHECK(key == PodDisks::KeyOf("uid", "default", "web"));
  CHECK(key != PodDisks::KeyOf("ui", "ddefault", "web"));
  CHECK(key != PodDisks::KeyOf("uid", "default", "web2"));
  std::string hostile = PodDisks::KeyOf("../..", "a\nb", "<\"/");
  CHECK(hostile.size() == 32);
  CHECK(hostile.find_first_not_of("0123456789abcdef") == std::string::npos);
  PodDisks disks("/disks");
  CHECK(disks.FolderOf(key, "../../etc").parent_path() == "/disks/" + key);
}

TEST_CASE("kept root disks keep their images, until the pod goes or the image changes") {
  TemporaryDir dir;
  PodDisks disks(dir.path() / "disks");
  auto folder = disks.FolderOf("pod", "vm");
  std::filesystem::create_directories(folder);
  WriteFileAtomically(folder / PodDisks::RootName("sha256:aa"), "");
  WriteFileAtomically(folder / "disk-data.qcow2", "");
  CHECK(disks.UsesImage("sha256:aa"));
  CHECK_FALSE(disks.UsesImage("sha256:bb"));
  disks.RemoveOtherRoots(folder, "sha256:aa");
  CHECK(disks.UsesImage("sha256:aa"));
  disks.RemoveOtherRoots(folder, "sha256:bb");
  CHECK_FALSE(disks.UsesImage("sha256:aa"));
  CHECK(std::filesystem::exists(folder / "disk-data.qcow2"));
  CHECK(disks.Keys() == std::vector<std::string>{"pod"});
  disks.Remove("pod");
  disks.Remove("pod");
  CHECK(disks.Keys().empty());
}

}  // namespace
}  // namespace crimux::vm
