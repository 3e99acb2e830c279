#include "vmruntime/machine/connection.h"

#include <libvirt/virterror.h>

#include <catch2/catch.hpp>

#include "tests/code_of.h"
#include "vmruntime/machine/event_loop.h"
#include "vmruntime/machine/libvirt_error.h"

namespace crimux::vm {
namespace {

TEST_CASE("a process has one event loop at a time, and may have another later") {
  {
    EventLoop loop;
    CHECK(CodeOf([] { EventLoop second; }) == grpc::StatusCode::FAILED_PRECONDITION);
  }
  EventLoop next;
  CHECK(OpenConnection("test:///default"));
}

TEST_CASE("an event loop delivers timers, and ends while others are pending") {
  std::atomic<bool> fired = false;
  int late = -1;
  {
    EventLoop loop;
    auto set = [](int, void* flag) { *static_cast<std::atomic<bool>*>(flag) = true; };
    int soon = virEventAddTimeout(1, set, &fired, nullptr);
    late = virEventAddTimeout(1'000'000, set, &fired, nullptr);
    while (!fired) std::this_thread::yield();
    virEventRemoveTimeout(soon);
  }
  virEventRemoveTimeout(late);
  CHECK(fired);
}

TEST_CASE("an unknown domain is no error, an unusable connection is one that names it") {
  EventLoop loop;
  ConnectionHandle connection = OpenConnection("test:///default");
  CHECK(FindDomain(connection.get(), "test"));
  CHECK_FALSE(FindDomain(connection.get(), "nowhere"));
  CHECK(AllDomains(connection.get()).size() == 1);
  CHECK_THROWS_WITH(OpenConnection("nonsense:///"), Catch::Contains("open \"nonsense:///\": "));
}

TEST_CASE("libvirt's error numbers become the codes that a CRI client expects") {
  using grpc::StatusCode;
  CHECK(CodeOfLibvirtError(VIR_ERR_NO_DOMAIN) == StatusCode::NOT_FOUND);
  CHECK(CodeOfLibvirtError(VIR_ERR_DOM_EXIST) == StatusCode::ALREADY_EXISTS);
  CHECK(CodeOfLibvirtError(VIR_ERR_OPERATION_INVALID) == StatusCode::FAILED_PRECONDITION);
  CHECK(CodeOfLibvirtError(VIR_ERR_XML_ERROR) == StatusCode::INVALID_ARGUMENT);
  CHECK(CodeOfLibvirtError(VIR_ERR_OPERATION_TIMEOUT) == StatusCode::DEADLINE_EXCEEDED);
  CHECK(CodeOfLibvirtError(VIR_ERR_NO_CONNECT) == StatusCode::UNAVAILABLE);
  CHECK(CodeOfLibvirtError(VIR_ERR_INTERNAL_ERROR) == StatusCode::INTERNAL);
}

}  // namespace
}  // namespace crimux::vm
