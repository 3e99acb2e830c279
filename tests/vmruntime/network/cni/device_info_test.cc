#include "vmruntime/network/cni/device_info.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

DeviceInfo ParsedInfo(const std::string& text) { return ParseDeviceInfo(text, "/info/net1"); }

// The refusal, which always names the file.
std::string RefusalOf(const std::string& text, grpc::StatusCode code) {
  try {
    ParsedInfo(text);
  } catch (const Error& error) {
    CHECK(error.code() == code);
    CHECK_THAT(error.what(), Contains("\"/info/net1\""));
    return error.what();
  }
  return "not refused";
}

TEST_CASE("a PCI function is known by its address") {
  DeviceInfo info = ParsedInfo(R"({"type": "pci", "version": "1.1.0",
      "pci": {"pci-address": "0000:3b:02.1", "pf-pci-address": "0000:3b:00.0"}})");
  CHECK(info.kind == DeviceKind::kPci);
  CHECK(info.pci == "0000:3b:02.1");
}

TEST_CASE("a vDPA device is the driver's: of vhost a device, of virtio a link") {
  auto parsed = [](const std::string& driver) {
    return ParsedInfo(R"({"type": "vdpa", "version": "1.0.0", "vdpa": {"parent-device": "vdpa0",
        "path": "/dev/vhost-vdpa-0", "driver": ")" +
                      driver + "\"}}");
  };
  CHECK(parsed("vhost").kind == DeviceKind::kVdpa);
  CHECK(parsed("vhost").path == "/dev/vhost-vdpa-0");
  CHECK(parsed("virtio").kind == DeviceKind::kLink);
}

TEST_CASE("a vhost-user socket is made by QEMU in the mode server only") {
  auto parsed = [](const std::string& mode) {
    return ParsedInfo(R"({"type": "vhost-user", "version": "1.1.0",
        "vhost-user": {"path": "/run/switch/p1", "mode": ")" +
                      mode + "\"}}");
  };
  CHECK(parsed("client").kind == DeviceKind::kVhostUser);
  CHECK(parsed("client").path == "/run/switch/p1");
  CHECK_FALSE(parsed("client").server);
  CHECK(parsed("server").server);
}

TEST_CASE("what is not as the specification has it is refused by file and key") {
  auto [text, fault] = GENERATE(table<std::string, std::string>({
      {"", "no JSON"},
      {"{\"type\": ", "no JSON"},
      {"[]", "no object of JSON"},
      {R"({"version": "1.1.0"})", "key type is missing"},
      {R"({"type": 7, "version": "1.1.0"})", "key type is no string"},
      {R"({"type": "pci"})", "key version is missing"},
      {R"({"type": "pci", "version": "2.0.0"})", "key version is none that is known"},
      {R"({"type": "pci", "version": "1.1.0"})", "key pci is missing"},
      {R"({"type": "pci", "version": "1.1.0", "pci": "x"})", "key pci is no object"},
      {R"({"type": "pci", "version": "1.1.0", "pci": {}})", "key pci.pci-address is missing"},
      {R"({"type": "pci", "version": "1.1.0", "pci": {"pci-address": "../x"}})",
       "key pci.pci-address is no PCI address: ../x"},
      {R"({"type": "vdpa", "version": "1.1.0", "vdpa": {"driver": "vhost", "path": "/x"}})",
       "key vdpa.parent-device is missing"},
      {R"({"type": "vdpa", "version": "1.1.0", "vdpa": {"parent-device": "v", "path": "/x"}})",
       "key vdpa.driver is missing"},
      {R"({"type": "vdpa", "version": "1.1.0",
           "vdpa": {"parent-device": "v", "driver": "vhost", "path": "vhost-vdpa-0"}})",
       "key vdpa.path is no absolute path: vhost-vdpa-0"},
      {R"({"type": "vdpa", "version": "1.1.0",
           "vdpa": {"parent-device": "v", "driver": "vfio", "path": "/x"}})",
       "key vdpa.driver is neither vhost nor virtio: vfio"},
      {R"({"type": "vhost-user", "version": "1.1.0", "vhost-user": {"mode": "client"}})",
       "key vhost-user.path is missing"},
      {R"({"type": "vhost-user", "version": "1.1.0", "vhost-user": {"path": "/x", "mode": ""}})",
       "key vhost-user.mode is empty"},
      {R"({"type": "vhost-user", "version": "1.1.0",
           "vhost-user": {"path": "run/p1", "mode": "client"}})",
       "key vhost-user.path is no absolute path: run/p1"},
      {R"({"type": "vhost-user", "version": "1.1.0", "vhost-user": {"path": "/x", "mode": "peer"}})",
       "key vhost-user.mode is neither client nor server: peer"},
  }));
  CHECK_THAT(RefusalOf(text, grpc::INTERNAL), Contains(fault));
}

TEST_CASE("devices that no VM can have are refused by their type") {
  auto type = GENERATE(std::string("memif"), std::string("teleport"));
  CHECK_THAT(
      RefusalOf("{\"version\": \"1.1.0\", \"type\": \"" + type + "\"}", grpc::INVALID_ARGUMENT),
      Contains("a VM can't have a device of type " + type));
}

}  // namespace
}  // namespace crimux::vm
