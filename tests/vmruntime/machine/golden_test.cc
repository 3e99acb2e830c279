#include <libvirt/libvirt.h>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "tests/vmruntime/machine/test_machine.h"
#include "vmruntime/machine/connection.h"
#include "vmruntime/machine/driver_config.h"
#include "vmruntime/machine/libvirt_error.h"
#include "vmruntime/machine/libvirt_hypervisor.h"

namespace crimux::vm {
namespace {

TEST_CASE("libvirt's QEMU driver accepts every reviewed domain XML") {
  VmConfig config = TestConfig(StateDir());
  LibvirtHypervisor hypervisor(config);
  ConnectionHandle connection = OpenConnection("qemu:///embed?root=" + DriverRoot(config).string());
  for (const auto& entry : std::filesystem::directory_iterator(GOLDEN_DIR)) {
    INFO(entry.path().filename());
    std::string xml = ReadFile(entry.path());
    if (xml.starts_with("<domain type=\"kvm\"")) continue;  // where there is none, it is refused
    DomainHandle domain(virDomainDefineXMLFlags(connection.get(), xml.c_str(), 0));
    if (!domain) FAIL(LibvirtError("define", entry.path().stem().string()).what());
    CHECK(virDomainUndefineFlags(domain.get(), VIR_DOMAIN_UNDEFINE_KEEP_NVRAM) == 0);
  }
}

}  // namespace
}  // namespace crimux::vm
