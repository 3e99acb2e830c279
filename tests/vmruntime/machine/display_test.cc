#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "tests/code_of.h"
#include "tests/vmruntime/machine/test_machine.h"
#include "vmruntime/machine/libvirt_hypervisor.h"

// Real QEMU under TCG, through the embedded driver.
namespace crimux::vm {
namespace {

struct ShownQemu {
  ~ShownQemu() {
    for (const std::string& name : hypervisor.List()) hypervisor.Undefine(name);
  }
  void Boot(const std::string& name, VideoModel video) {
    MachineSpec spec = TestMachine(StateDir(), name);
    spec.platform.video = video;
    hypervisor.Define(spec);
    hypervisor.Start(name);
    REQUIRE(WaitForConsole(spec, "hello\n"));
  }
  LibvirtHypervisor hypervisor{TestConfig(StateDir())};
};

// The first bytes that a server says to who connects.
std::string Greeting(const std::filesystem::path& socket, size_t size) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  socket.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return "";
  std::string greeting(size, '\0');
  ssize_t length = ::recv(fd.get(), greeting.data(), size, MSG_WAITALL);
  greeting.resize(length > 0 ? static_cast<size_t>(length) : 0);
  return greeting;
}

TEST_CASE("a machine with a display gives pictures of it, and a VNC server on a socket") {
  ShownQemu qemu;
  qemu.Boot("shows", VideoModel::kVga);
  std::string picture = qemu.hypervisor.Screenshot("shows");
  CHECK(picture.starts_with("\x89PNG\r\n\x1a\n"));
  CHECK(picture.size() > 100);
  // The last chunk of a PNG: nothing is missing.
  CHECK(picture.find("IEND", picture.size() - 8) != std::string::npos);
  CHECK(Greeting(qemu.hypervisor.VncSocket("shows"), 12) == "RFB 003.008\n");
}

TEST_CASE("a machine without a display, or that isn't running, has no picture and no VNC") {
  ShownQemu qemu;
  qemu.Boot("blind", VideoModel::kNone);
  CHECK_THROWS_WITH(qemu.hypervisor.Screenshot("blind"), Catch::Contains("crimux.io/video"));
  CHECK_THROWS_WITH(qemu.hypervisor.VncSocket("blind"), Catch::Contains("crimux.io/video"));
  qemu.hypervisor.Destroy("blind");
  CHECK(CodeOf([&] { qemu.hypervisor.Screenshot("blind"); }) ==
        grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(CodeOf([&] { qemu.hypervisor.VncSocket("nobody"); }) == grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace crimux::vm
