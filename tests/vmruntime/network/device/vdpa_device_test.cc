#include "vmruntime/network/device/vdpa_device.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

TEST_CASE("what is no vhost-vdpa device is refused") {
  auto refusal = [](const std::filesystem::path& device) -> std::string {
    try {
      ReadVdpaDevice(device);
    } catch (const Error& error) {
      CHECK(error.code() == grpc::FAILED_PRECONDITION);
      return error.what();
    }
    return "not refused";
  };
  CHECK_THAT(refusal("/dev/null"), Contains("\"/dev/null\": it is no device of the driver"));
  CHECK_THAT(refusal("/proc/version"), Contains("it is no character device"));
  CHECK_THAT(refusal("/dev/vhost-vdpa-none"), Contains("the node has no such device"));
}

}  // namespace
}  // namespace crimux::vm
