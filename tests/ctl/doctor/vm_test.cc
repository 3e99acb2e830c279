// What VMs need.
#include <catch2/catch.hpp>

#include "ctl/doctor/kvm_probe.h"
#include "tests/ctl/doctor/fake_host.h"

namespace crimux::ctl {
namespace {

using Catch::Contains;
using Catch::StartsWith;

constexpr char kNetwork[] = R"({"name":"pods","plugins":[
    {"type":"bridge","ipam":{"type":"host-local"}},{"type":"portmap"}]})";

TEST_CASE("without a VM runtime its needs are passed over") {
  FakeHost host;
  host.config.runtimes.pop_back();
  Patient patient = host.MakePatient();
  for (auto* check : {CheckCni, CheckKvm, CheckQemuUser, CheckPrograms}) {
    CHECK_THAT(Told(check(patient)),
               StartsWith("skipped ") && Contains("no runtime is the VM runtime"));
  }
}

TEST_CASE("the first CNI configuration by name must have all its plugins") {
  FakeHost host;
  CHECK_THAT(Told(CheckCni(host.MakePatient())),
             StartsWith("failed cni: no network configuration in /etc/cni/net.d\n-> install"));
  host.Write("/etc/cni/net.d/20-other.conf", "{}");
  host.Write("/etc/cni/net.d/10-pods.conflist", kNetwork);
  host.Write("/etc/cni/net.d/00-readme.txt", "");
  host.WriteProgram("/opt/cni/bin/bridge");
  host.WriteProgram("/usr/lib/cni/host-local");
  CHECK_THAT(
      Told(CheckCni(host.MakePatient())),
      StartsWith("failed cni: /etc/cni/net.d/10-pods.conflist wants plugin \"portmap\", which "
                 "is in none of /opt/cni/bin, /usr/lib/cni\n-> install it"));
  host.WriteProgram("/opt/cni/bin/portmap");
  CHECK(Told(CheckCni(host.MakePatient())) ==
        "ok cni: network \"pods\" of /etc/cni/net.d/10-pods.conflist, all its plugins are there\n");
  host.Write("/etc/cni/net.d/10-pods.conflist", "{");
  CHECK_THAT(Told(CheckCni(host.MakePatient())),
             StartsWith("failed cni: /etc/cni/net.d/10-pods.conflist can't be used"));
}

TEST_CASE("without KVM VMs are slow, or can't start where it must be") {
  FakeHost host;
  Patient patient = host.MakePatient();
  CHECK(Told(CheckKvm(patient)) == "ok kvm: /dev/kvm makes VMs\n");
  patient.kvm_fault = [] { return "/dev/kvm can't be opened: No such file or directory"; };
  CHECK_THAT(Told(CheckKvm(patient)), StartsWith("warning kvm: /dev/kvm can't be opened: No such "
                                                 "file or directory: VMs run many times slower"));
  host.config.runtimes.back().vm->accelerator = Accelerator::kKvm;
  CHECK_THAT(Told(CheckKvm(patient)), StartsWith("failed kvm:") && Contains("VMs can't start"));
  host.config.runtimes.back().vm->accelerator = Accelerator::kTcg;
  CHECK_THAT(Told(CheckKvm(patient)), StartsWith("skipped kvm:"));
}

TEST_CASE("a device that is absent, or isn't KVM, is a fault in words") {
  CHECK(ProbeKvm("/nowhere/kvm") == "/nowhere/kvm can't be opened: No such file or directory");
  CHECK_THAT(ProbeKvm("/dev/null"), StartsWith("/dev/null is not KVM"));
}

TEST_CASE("QEMU's user must be there and may open /dev/kvm") {
  FakeHost host;
  host.Write("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
  CHECK_THAT(Told(CheckQemuUser(host.MakePatient())),
             StartsWith("failed qemu-user: there is no user libvirt-qemu\n-> install"));
  host.Write("/etc/passwd", "libvirt-qemu:x:64055:105::/:/usr/sbin/nologin\n");
  CHECK_THAT(Told(CheckQemuUser(host.MakePatient())),
             StartsWith("failed qemu-user: there is no group kvm\n"));
  host.Write("/etc/group", "kvm:x:4242424:\n");
  CHECK(Told(CheckQemuUser(host.MakePatient())) ==
        "ok qemu-user: user libvirt-qemu and group kvm are there\n");
  host.Write("/dev/kvm", "", 0600);
  CHECK_THAT(Told(CheckQemuUser(host.MakePatient())),
             StartsWith("failed qemu-user: group kvm may not open /dev/kvm (mode 0600, group ") &&
                 Contains("-> chgrp kvm /dev/kvm"));
  host.Chmod("/dev/kvm", 0666);
  CHECK(Told(CheckQemuUser(host.MakePatient())) ==
        "ok qemu-user: user libvirt-qemu, group kvm, may open /dev/kvm\n");
}

TEST_CASE("each program that is missing is named with its package") {
  FakeHost host;
  for (const char* program : {"qemu-system-x86_64", "qemu-img", "nft", "iptables", "setpriv",
                              "prlimit", "gzip", "xz", "bzip2"}) {
    host.WriteProgram(std::string("/usr/bin/") + program);
  }
  std::string told = Told(CheckPrograms(host.MakePatient()));
  CHECK_THAT(told,
             StartsWith("failed programs: dnsmasq, which gives guests their addresses, is not "
                        "there\n-> apt-get install dnsmasq-base\n"));
  CHECK_THAT(told, Contains("warning programs: zstd, which unpacks images, is not there\n"));
  host.WriteProgram("/usr/bin/zstd");
  host.WriteProgram("/usr/sbin/dnsmasq");
  host.config.runtimes.back().vm->emulator = "/opt/qemu";
  told = Told(CheckPrograms(host.MakePatient()));
  CHECK_THAT(told, StartsWith("failed programs: /opt/qemu, which runs VMs, is not there\n"));
  host.WriteProgram("/opt/qemu");
  CHECK(Told(CheckPrograms(host.MakePatient())) ==
        "ok programs: /opt/qemu, qemu-img, dnsmasq, nft, iptables, setpriv, prlimit, gzip, xz, "
        "zstd, bzip2: there\n");
}

}  // namespace
}  // namespace crimux::ctl
