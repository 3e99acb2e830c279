#include <catch2/catch.hpp>

#include "base/code_name.h"
#include "base/error.h"
#include "ctl/kubelet/dns.h"
#include "ctl/kubelet/expand.h"
#include "ctl/kubelet/image_name.h"
#include "ctl/report/table.h"

namespace crimux::ctl {
namespace {

TEST_CASE("an image without tag and digest is asked for as :latest") {
  CHECK(NormalImageName("busybox") == "busybox:latest");
  CHECK(NormalImageName("busybox:1.36") == "busybox:1.36");
  CHECK(NormalImageName("localhost:5000/busybox") == "localhost:5000/busybox:latest");
  CHECK(NormalImageName("vm.crimux.io/http/127.0.0.1__3a8080/guest.qcow2") ==
        "vm.crimux.io/http/127.0.0.1__3a8080/guest.qcow2:latest");
  std::string digest = "a@sha256:" + std::string(64, '0');
  CHECK(NormalImageName(digest) == digest);
}

TEST_CASE("the pull policy follows the tag where none is named") {
  CHECK(DefaultPullPolicy("busybox") == "Always");
  CHECK(DefaultPullPolicy("busybox:latest") == "Always");
  CHECK(DefaultPullPolicy("busybox:1") == "IfNotPresent");
  CHECK(DefaultPullPolicy("busybox@sha256:" + std::string(64, '0')) == "IfNotPresent");
}

TEST_CASE("what is no image reference is refused") {
  for (std::string image : {"", "Busybox", "http://a/b", "a b", "a:", "a@sha256:12", "-a", "a//b",
                            "vm.crimux.io/10.0.0.1:8080/a"}) {
    CAPTURE(image);
    CHECK_THROWS_AS(NormalImageName(image), Error);
  }
  CHECK_THROWS_AS(NormalImageName(std::string(5000, 'a')), Error);
}

TEST_CASE("variables are expanded as Kubernetes does") {
  std::map<std::string, std::string> variables = {{"A", "1"}, {"B", "$(A)"}};
  CHECK(Expand("x$(A)y", variables) == "x1y");
  CHECK(Expand("$(B)", variables) == "$(A)");
  CHECK(Expand("$$(A)", variables) == "$(A)");
  CHECK(Expand("$(C) $A $ $(A", variables) == "$(C) $A $ $(A");
  CHECK(Expand("$$$(A)$", variables) == "$1$");
  CHECK(Expand("", variables).empty());
}

TEST_CASE("a pod's resolver is the node's and what the pod adds") {
  std::string node =
      "# local\nnameserver 10.0.0.1\nsearch a.org\nsearch b.org c.org\noptions x:1 y\n";
  Pod pod;
  pod.dns_config = {.nameservers = {"10.0.0.1", "10.0.0.2"}, .searches = {"d"}, .options = {"x:2"}};
  DnsConfig dns = PodDns(pod, node);
  CHECK(dns.nameservers == std::vector<std::string>{"10.0.0.1", "10.0.0.2"});
  CHECK(dns.searches == std::vector<std::string>{"b.org", "c.org", "d"});
  CHECK(dns.options == std::vector<std::string>{"y", "x:2"});
  pod.dns_policy = "None";
  CHECK(PodDns(pod, node).nameservers == std::vector<std::string>{"10.0.0.1", "10.0.0.2"});
  CHECK(PodDns(pod, node).searches == std::vector<std::string>{"d"});
}

TEST_CASE("a table's columns are as wide as their widest cell") {
  Table table({"A", "LONG", "C"});
  table.Add({"wide", "", "x"});
  CHECK(table.ToString() == "A     LONG  C\nwide  -     x\n");
}

TEST_CASE("ages are short") {
  using std::chrono::seconds;
  CHECK(FormatAge(seconds(45)) == "45s");
  CHECK(FormatAge(seconds(600)) == "10m");
  CHECK(FormatAge(seconds(3 * 3600)) == "3h");
  CHECK(FormatAge(seconds(5 * 86'400)) == "5d");
  CHECK(FormatAge(seconds(-5)) == "0s");
}

TEST_CASE("codes have the names that Kubernetes' tools print") {
  CHECK(CodeName(grpc::StatusCode::NOT_FOUND) == "NotFound");
  CHECK(CodeName(grpc::StatusCode::UNAUTHENTICATED) == "Unauthenticated");
  CHECK(CodeName(static_cast<grpc::StatusCode>(99)) == "Unknown");
}

}  // namespace
}  // namespace crimux::ctl
