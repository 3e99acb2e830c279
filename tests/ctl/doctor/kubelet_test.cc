// Does the kubelet really use crimux's socket?
#include <catch2/catch.hpp>

#include "tests/ctl/doctor/fake_host.h"

namespace crimux::ctl {
namespace {

using Catch::Contains;
using Catch::StartsWith;

constexpr char kOurs[] = "unix:///run/crimux/crimux.sock";

TEST_CASE("without a kubelet there is nothing to check") {
  FakeHost host;
  host.AddProcess(1, {"/sbin/init"});
  host.AddProcess(7, {"/usr/bin/less", "kubelet"});
  CHECK(Told(CheckKubelet(host.MakePatient())) ==
        "skipped kubelet: no process named kubelet runs here (k3s and its like have it inside)\n");
}

TEST_CASE("a kubelet is asked by its flag, in either form") {
  FakeHost host;
  host.AddProcess(12, {"/usr/bin/kubelet", "--v=2", "--container-runtime-endpoint", kOurs});
  CHECK(Told(CheckKubelet(host.MakePatient())) ==
        "ok kubelet: the kubelet (pid 12) uses unix:///run/crimux/crimux.sock "
        "(--container-runtime-endpoint)\n");
  host.AddProcess(12, {"kubelet", std::string("--container-runtime-endpoint=") + kOurs});
  CHECK_THAT(Told(CheckKubelet(host.MakePatient())), StartsWith("ok kubelet:"));
}

TEST_CASE("a kubelet that uses containerd fails, with where it stands and what to do") {
  FakeHost host;
  host.AddProcess(12, {"kubelet", "--config=/var/lib/kubelet/config.yaml"});
  host.Write("/var/lib/kubelet/config.yaml",
             "kind: KubeletConfiguration\nfeatureGates: {A: true}\n"
             "containerRuntimeEndpoint: unix:///run/containerd/containerd.sock\n");
  std::string told = Told(CheckKubelet(host.MakePatient()));
  CHECK_THAT(told, StartsWith("failed kubelet: the kubelet (pid 12) uses "
                              "unix:///run/containerd/containerd.sock (containerRuntimeEndpoint in "
                              "/var/lib/kubelet/config.yaml), not unix:///run/crimux/crimux.sock\n"
                              "-> set containerRuntimeEndpoint: unix:///run/crimux/crimux.sock"));
}

TEST_CASE("a kubelet that was told nothing uses containerd") {
  FakeHost host;
  host.AddProcess(12, {"kubelet"});
  CHECK_THAT(Told(CheckKubelet(host.MakePatient())),
             StartsWith("failed kubelet:") && Contains("(its default)"));
}

TEST_CASE("drop-ins go over the config, the last by name first, and flags over all") {
  FakeHost host;
  std::vector<std::string> line = {"kubelet", "--config", "/c.yaml", "--config-dir=/c.d"};
  host.AddProcess(12, line);
  host.Write("/c.yaml", "containerRuntimeEndpoint: unix:///a\ncgroupDriver: systemd\n");
  host.Write("/c.d/20-x.conf", std::string("containerRuntimeEndpoint: ") + kOurs + "\n");
  host.Write("/c.d/10-x.conf", "containerRuntimeEndpoint: unix:///b\n");
  host.Write("/c.d/30-x.yaml", "containerRuntimeEndpoint: unix:///not-a-drop-in\n");
  Patient patient = host.MakePatient();
  CHECK_THAT(Told(CheckKubelet(patient)), StartsWith("ok kubelet:") && Contains("/c.d/20-x.conf"));
  CHECK(patient.kubelet->cgroup_driver->value == "systemd");
  line.push_back("--container-runtime-endpoint=unix:///flag");
  host.AddProcess(12, line);
  CHECK_THAT(Told(CheckKubelet(host.MakePatient())),
             StartsWith("failed kubelet:") && Contains("uses unix:///flag"));
}

TEST_CASE("a link to the socket is the socket") {
  FakeHost host;
  host.Write("/run/crimux/crimux.sock", "");
  std::filesystem::create_directories(host.Path("/var"));
  std::filesystem::create_directory_symlink(host.Path("/run"), host.Path("/var/run"));
  host.AddProcess(12, {"kubelet", "--container-runtime-endpoint=/var/run/crimux/crimux.sock"});
  CHECK_THAT(Told(CheckKubelet(host.MakePatient())), StartsWith("ok kubelet:"));
}

TEST_CASE("images that go past crimux fail") {
  FakeHost host;
  host.AddProcess(12, {"kubelet", std::string("--container-runtime-endpoint=") + kOurs,
                       "--image-service-endpoint=unix:///run/containerd/containerd.sock"});
  CHECK_THAT(Told(CheckKubelet(host.MakePatient())),
             Contains("failed kubelet: it asks unix:///run/containerd/containerd.sock for images"));
}

TEST_CASE("a config that can't be read is told") {
  FakeHost host;
  host.AddProcess(12, {"kubelet", "--config=/gone.yaml"});
  CHECK_THAT(Told(CheckKubelet(host.MakePatient())),
             Contains("warning kubelet: its file /gone.yaml can't be read"));
  host.Write("/gone.yaml", "{");
  CHECK_THAT(Told(CheckKubelet(host.MakePatient())), Contains("warning kubelet: /gone.yaml:"));
}

TEST_CASE("callers: whether a kubelet has asked lately") {
  FakeHost host;
  Patient patient = host.MakePatient();
  CHECK(Told(CheckCallers(patient)) == "skipped callers: crimuxd can't be asked\n");
  auto calls = [](double ago) {
    boost::json::object method{{"method", "Status"}, {"lastAgoSeconds", ago}};
    return boost::json::object{{"methods", {method}}};
  };
  patient.calls = calls(3);
  CHECK(Told(CheckCallers(patient)) ==
        "ok callers: a kubelet is at work: the last Status was 3s ago\n");
  patient.calls = calls(600);
  CHECK_THAT(Told(CheckCallers(patient)), StartsWith("skipped callers:"));
  host.AddProcess(12, {"kubelet"});
  Patient with_kubelet = host.MakePatient();
  with_kubelet.calls = calls(600);
  CHECK_THAT(Told(CheckCallers(with_kubelet)),
             StartsWith("failed callers: nobody asked for Status for 10m"));
  with_kubelet.calls = boost::json::object();
  CHECK_THAT(Told(CheckCallers(with_kubelet)), StartsWith("failed callers: nobody has asked"));
}

}  // namespace
}  // namespace crimux::ctl
