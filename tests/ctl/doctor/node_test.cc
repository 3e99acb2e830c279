// Runtimes, cgroup drivers, handlers, permissions.
#include <catch2/catch.hpp>

#include "ctl/doctor/cri_questions.h"
#include "ctl/doctor/doctor_report.h"
#include "ctl/report/json_view.h"
#include "tests/ctl/doctor/fake_host.h"
#include "tests/ctl/fake_service.h"

namespace crimux::ctl {
namespace {

using Catch::Contains;
using Catch::StartsWith;

constexpr char kContainerd[] = "unix:///run/containerd/containerd.sock";

TEST_CASE("a crimuxd that doesn't answer fails with the reason") {
  FakeHost host;
  Patient patient = host.MakePatient();
  CHECK_THAT(Told(CheckDaemon(patient)),
             StartsWith("failed crimuxd: ask status socket: nobody there\n-> start it:"));
  CHECK(Told(CheckRuntimes(patient)) == "skipped runtimes: crimuxd can't be asked\n");
  patient.status = ParsePage("status", R"({"version":"0.1.0"})");
  CHECK(Told(CheckDaemon(patient)) ==
        "ok crimuxd: crimuxd 0.1.0 answers on /run/crimux/status.sock, config: "
        "/etc/crimux/crimux.yaml\n");
}

TEST_CASE("runtimes that are down fail, slow ones are warned of") {
  FakeHost host;
  Patient patient = host.MakePatient();
  patient.status = ParsePage("status", R"({"runtimes":[
      {"name":"a","endpoint":"unix:///a","state":"up","version":"x 1"},
      {"name":"b","endpoint":"unix:///b","state":"down","lastError":"refused"},
      {"name":"c","endpoint":"unix:///c","state":"slow"}]})");
  std::string told = Told(CheckRuntimes(patient));
  CHECK_THAT(told, StartsWith("ok runtimes: a (unix:///a) is up: x 1\n"
                              "failed runtimes: b (unix:///b) is down: refused\n-> start it"));
  CHECK_THAT(told, Contains("warning runtimes: c (unix:///c) is slow\n-> "));
}

TEST_CASE("cgroup drivers that differ fail, and each is named") {
  FakeHost host;
  host.AddProcess(1, {"kubelet", "--cgroup-driver=systemd"});
  host.cri.drivers[kContainerd] = "cgroupfs";
  CHECK_THAT(Told(CheckCgroups(host.MakePatient())),
             StartsWith("failed cgroups: the cgroup drivers differ: kubelet: systemd, containerd: "
                        "cgroupfs\n-> use one driver"));
  host.cri.drivers[kContainerd] = "systemd";
  CHECK(Told(CheckCgroups(host.MakePatient())) ==
        "ok cgroups: the cgroup drivers agree: kubelet: systemd, containerd: systemd\n");
}

TEST_CASE("a runtime that doesn't tell its cgroup driver is passed over") {
  FakeHost host;
  CHECK_THAT(Told(CheckCgroups(host.MakePatient())),
             StartsWith("skipped cgroups: containerd can't be asked"));
  host.cri.drivers[kContainerd] = "";
  CHECK(Told(CheckCgroups(host.MakePatient())) ==
        "skipped cgroups: containerd doesn't tell its driver\n");
}

TEST_CASE("a route's handler must be known where it leads") {
  FakeHost host;
  host.config.routes = {{.runtime = "vm", .handler = "vm"}, {.runtime = "vm", .handler = "kvm"}};
  std::string told = Told(CheckHandlers(host.MakePatient()));
  CHECK_THAT(told, StartsWith("ok handlers: a route: handler \"vm\" leads to runtime vm\n"
                              "failed handlers: a route: handler \"kvm\" leads to runtime vm, but "
                              "runtime vm doesn't know it\n-> "));
  CHECK_THAT(told, Contains("skipped handlers: the cluster's RuntimeClasses: ask API server: no "
                            "kubectl\n"));
}

TEST_CASE("a RuntimeClass that no route names must be known to the default runtime") {
  FakeHost host;
  host.config.routes.clear();
  host.cri.handlers[kContainerd] = {"", "runc"};
  Patient patient = host.MakePatient();
  patient.runtime_classes = [] {
    return R"({"items":[{"metadata":{"name":"kata"},"handler":"kata-qemu"},
                        {"metadata":{"name":"plain"},"handler":"runc"}]})";
  };
  std::string told = Told(CheckHandlers(patient));
  CHECK_THAT(told, StartsWith("failed handlers: RuntimeClass kata: handler \"kata-qemu\" leads to "
                              "runtime containerd, but runtime containerd doesn't know it\n"));
  CHECK_THAT(told, Contains("ok handlers: RuntimeClass plain:"));
  patient.runtime_classes = [] { return R"({"items":[]})"; };
  CHECK_THAT(Told(CheckHandlers(patient)),
             StartsWith("warning handlers: the cluster has no RuntimeClass"));
}

TEST_CASE("modes that let others in fail with the chmod that mends them") {
  FakeHost host;
  host.Write("/run/crimux/crimux.sock", "", 0660);
  host.Write("/run/crimux/status.sock", "", 0600);
  host.Write("/etc/crimux/crimux.yaml", "", 0644);
  host.MakeFolder("/var/lib/crimux", 0711);
  std::string good = Told(CheckPermissions(host.MakePatient()));
  CHECK_THAT(good,
             Contains("ok permissions: the CRI socket /run/crimux/crimux.sock has mode 0660"));
  CHECK_THAT(good, !Contains("failed"));
  host.Chmod("/run/crimux/crimux.sock", 0666);
  host.Chmod("/run/crimux/status.sock", 0640);
  host.Chmod("/etc/crimux/crimux.yaml", 0666);
  host.Chmod("/var/lib/crimux", 0700);
  std::string bad = Told(CheckPermissions(host.MakePatient()));
  CHECK_THAT(bad, Contains("-> chmod 0660 /run/crimux/crimux.sock\n"));
  CHECK_THAT(bad, Contains("-> chmod 0600 /run/crimux/status.sock\n"));
  CHECK_THAT(bad, Contains("-> chmod 0644 /etc/crimux/crimux.yaml\n"));
  CHECK_THAT(bad, Contains("-> chmod 0701 /var/lib/crimux\n"));
  CHECK_THAT(bad, !Contains("ok "));
}

TEST_CASE("the report has a line a finding, the remedy below, and a sum") {
  Findings findings = {{Verdict::kOk, "kvm", "makes VMs"},
                       {Verdict::kFailed, "cni", "no network", "install one"},
                       {Verdict::kSkipped, "handlers", "no kubectl"}};
  CHECK(DoctorReport(findings) ==
        "ok       kvm          makes VMs\n"
        "FAILED   cni          no network\n"
        "                      -> install one\n"
        "skipped  handlers     no kubectl\n"
        "\n"
        "1 ok, 1 failed, 0 warnings, 1 skipped\n");
  CHECK(HasFailure(findings));
  findings.erase(findings.begin() + 1);
  CHECK_FALSE(HasFailure(findings));
  CHECK(DoctorJson(findings) ==
        R"({"findings":[{"verdict":"ok","check":"kvm","what":"makes VMs","remedy":""},)"
        R"({"verdict":"skipped","check":"handlers","what":"no kubectl","remedy":""}]})"
        "\n");
}

TEST_CASE("a runtime without RuntimeConfig is asked for its config") {
  TemporaryDir dir;
  FakeService service(dir.path() / "cri.sock");
  Host host("/", "");
  DirectQuestions questions(host);
  std::string endpoint = "unix://" + (dir.path() / "cri.sock").string();
  CHECK(questions.CgroupDriver(endpoint).empty());
  auto config = [](const std::string& options) {
    return R"({"containerd":{"defaultRuntimeName":"runc","runtimes":{"runc":{)"
           R"("runtimeType":"io.containerd.runc.v2","options":)" +
           options + "}}}}";
  };
  service.info["config"] = config(R"({"SystemdCgroup":true})");
  CHECK(questions.CgroupDriver(endpoint) == "systemd");
  service.info["config"] = config(R"({"SystemdCgroup":false})");
  CHECK(questions.CgroupDriver(endpoint) == "cgroupfs");
  service.info["config"] = config("null");
  CHECK(questions.CgroupDriver(endpoint) == "cgroupfs");
  service.info["config"] = "no json";
  CHECK(questions.CgroupDriver(endpoint).empty());
  CHECK_THROWS_AS(questions.CgroupDriver("unix:///nowhere"), Error);
}

}  // namespace
}  // namespace crimux::ctl
