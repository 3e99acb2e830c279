#include "vmruntime/cgroup/cgroup_path.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

TEST_CASE("a path is the pod's cgroup, and the container's id lies below it") {
  CHECK(PodCgroup("/kubepods/burstable/pod7", "s") == "/kubepods/burstable/pod7");
  CHECK(PodCgroup("/kubepods//pod7/", "s") == "/kubepods/pod7");
  CHECK(ContainerCgroup("/kubepods/pod7", "s", "4f2") == "/kubepods/pod7/4f2");
}

TEST_CASE("a slice lies in the slices that its name begins with, and the container is a scope") {
  CHECK(PodCgroup("kubepods-burstable-pod7_a.slice", "s") ==
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod7_a.slice");
  CHECK(PodCgroup("-.slice", "s") == "/");
  CHECK(ContainerCgroup("kubepods-pod7.slice", "s", "4f2") ==
        "/kubepods.slice/kubepods-pod7.slice/crimux-4f2.scope");
  CHECK(ContainerCgroup("/kubepods.slice/kubepods-pod7.slice", "s", "4f2") ==
        "/kubepods.slice/kubepods-pod7.slice/crimux-4f2.scope");
}

TEST_CASE("a pod without cgroup_parent has a cgroup of its own") {
  CHECK(ContainerCgroup("", "5a", "4f2") == "/crimux-5a/4f2");
}

TEST_CASE("a cgroup_parent that leads elsewhere is refused") {
  for (const char* parent : {"kubepods", "kubepods/pod7", "/kubepods/../..", "/a/./b", "../x.slice",
                             "-a.slice", "a-.slice", "a--b.slice", ".slice"}) {
    INFO(parent);
    CHECK_THROWS_AS(PodCgroup(parent, "s"), Error);
  }
}

}  // namespace
}  // namespace crimux::vm
