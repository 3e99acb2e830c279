#include "vmruntime/cri/filters.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

TEST_CASE("every field that a sandbox filter sets must match") {
  runtime::v1::PodSandbox sandbox;
  sandbox.set_id("abcdef");
  sandbox.set_state(runtime::v1::SANDBOX_NOTREADY);
  (*sandbox.mutable_labels())["app"] = "web";
  runtime::v1::PodSandboxFilter filter;
  CHECK(Passes(sandbox, filter));
  filter.set_id("abc");
  CHECK(Passes(sandbox, filter));
  filter.mutable_state()->set_state(runtime::v1::SANDBOX_READY);
  CHECK_FALSE(Passes(sandbox, filter));
  filter.mutable_state()->set_state(runtime::v1::SANDBOX_NOTREADY);
  (*filter.mutable_label_selector())["app"] = "web";
  CHECK(Passes(sandbox, filter));
  (*filter.mutable_label_selector())["tier"] = "";
  CHECK_FALSE(Passes(sandbox, filter));
  filter.clear_label_selector();
  filter.set_id("x");
  CHECK_FALSE(Passes(sandbox, filter));
}

TEST_CASE("every field that a container filter sets must match") {
  runtime::v1::Container container;
  container.set_id("c1");
  container.set_pod_sandbox_id("s1");
  container.set_state(runtime::v1::CONTAINER_RUNNING);
  runtime::v1::ContainerFilter filter;
  CHECK(Passes(container, filter));
  filter.set_pod_sandbox_id("s1");
  CHECK(Passes(container, filter));
  filter.set_pod_sandbox_id("s2");
  CHECK_FALSE(Passes(container, filter));
  filter.clear_pod_sandbox_id();
  filter.mutable_state()->set_state(runtime::v1::CONTAINER_CREATED);
  CHECK_FALSE(Passes(container, filter));
}

}  // namespace
}  // namespace crimux::vm
