#include "vmruntime/annotations/cpu_options.h"

#include <catch2/catch.hpp>

#include "tests/vmruntime/annotations/refusal.h"

namespace crimux::vm {
namespace {

using Catch::Contains;

CpuSpec Read(const AnnotationMap& annotations) { return ReadCpu(AnnotationReader(annotations)); }

std::string RefusalOf(const std::string& name, const std::string& value) {
  return Refusal([&] { Read({{name, value}}); });
}

TEST_CASE("a CPU is the best of the host, a mode, or a model by name") {
  CHECK(Read({}).mode.empty());
  CHECK(Read({{"VirtletCPUModel", ""}}).mode.empty());
  CHECK(Read({{"VirtletCPUModel", "host-model"}}).mode == "host-model");
  CpuSpec named = Read({{"crimux.io/cpu-model", "Skylake-Client"}});
  CHECK(named.mode == "custom");
  CHECK(named.model == "Skylake-Client");
  CHECK(named.fallback == "forbid");
}

TEST_CASE("libvirt's CPU settings are read as Virtlet's pods wrote them, and win over the model") {
  CpuSpec cpu = Read({{"VirtletCPUModel", "host-model"},
                      {"VirtletLibvirtCPUSetting",
                       "mode: custom\nmatch: exact\n"
                       "model: {value: Westmere, fallback: allow, vendorid: GenuineIntel}\n"
                       "topology: {sockets: 1, cores: 2, threads: 2}\n"
                       "cache: {mode: passthrough}\n"
                       "features:\n- {name: avx, policy: disable}\n- name: aes\n"}});
  CHECK(cpu.mode == "custom");
  CHECK(cpu.match == "exact");
  CHECK(cpu.model == "Westmere");
  CHECK(cpu.fallback == "allow");
  CHECK(cpu.vendor_id == "GenuineIntel");
  REQUIRE(cpu.topology);
  CHECK(cpu.topology->cores == 2);
  CHECK(cpu.topology->dies == 1);
  REQUIRE(cpu.cache);
  CHECK(cpu.cache->mode == "passthrough");
  REQUIRE(cpu.features.size() == 2);
  CHECK(cpu.features[0].policy == "disable");
  CHECK(cpu.features[1].policy == "require");
}

TEST_CASE("features are switched on and off by name") {
  CpuSpec cpu = Read({{"crimux.io/cpu-features", "+avx2, -vmx  +pcid"}});
  REQUIRE(cpu.features.size() == 3);
  CHECK(cpu.features[0].name == "avx2");
  CHECK(cpu.features[1].policy == "disable");
  CHECK(cpu.features[2].policy == "require");
}

TEST_CASE("each wrong CPU annotation is refused by name") {
  for (const char* model : {"a b", "custom", "<model>", "x\ny", "\"", "../x"}) {
    CHECK_THAT(RefusalOf("VirtletCPUModel", model), Contains("VirtletCPUModel"));
  }
  CHECK_THAT(RefusalOf("crimux.io/cpu-model", std::string(65, 'x')), Contains("name of a model"));
  CHECK_THAT(RefusalOf("crimux.io/cpu-features", "avx"), Contains("\"avx\" is no + or -"));
  CHECK_THAT(RefusalOf("crimux.io/cpu-features", "+"), Contains("\"+\" is no + or -"));
  auto refusal = [](const std::string& yaml) { return RefusalOf("crimux.io/cpu", yaml); };
  CHECK_THAT(refusal("host-model"), Contains("it is not a map"));
  CHECK_THAT(refusal("numa: {}"), Contains("knows no \"numa\""));
  CHECK_THAT(refusal("mode: fast"), Contains("mode \"fast\""));
  CHECK_THAT(refusal("topology: {cores: 0}"), Contains("cores \"0\""));
  CHECK_THAT(refusal("cache: {level: 3}"), Contains("cache needs mode"));
  CHECK_THAT(refusal("features: avx"), Contains("no list"));
  CHECK_THAT(refusal("features: [{policy: disable}]"), Contains("feature 1 needs name"));
  CHECK_THAT(refusal("features: [{name: '<a>'}]"), Contains("can be no name"));
  CHECK_THAT(refusal("model: {value: \"a'b\"}"), Contains("can be no name"));
  CHECK_THAT(RefusalOf("VirtletLibvirtCPUSetting", "mode: [a"),
             Contains("VirtletLibvirtCPUSetting") && Contains("line "));
}

}  // namespace
}  // namespace crimux::vm
