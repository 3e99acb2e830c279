#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

void Set(pugi::xml_node node, const char* name, const std::string& value) {
  if (!value.empty()) node.append_attribute(name) = value.c_str();
}

// Under TCG, all that QEMU can emulate: distributions by now ask for x86-64-v2, more than QEMU's
// default model has.
const char* BestMode(const MachineHost& host) { return host.kvm ? "host-passthrough" : "maximum"; }

void AddModel(pugi::xml_node node, const CpuSpec& cpu) {
  if (cpu.model.empty() && cpu.fallback.empty() && cpu.vendor_id.empty()) return;
  pugi::xml_node model = AddText(node, "model", cpu.model);
  Set(model, "fallback", cpu.fallback);
  Set(model, "vendor_id", cpu.vendor_id);
}

void AddTopology(pugi::xml_node node, const CpuTopology& topology) {
  Add(node, "topology",
      {{"sockets", std::to_string(topology.sockets)},
       {"dies", std::to_string(topology.dies)},
       {"cores", std::to_string(topology.cores)},
       {"threads", std::to_string(topology.threads)}});
}

void AddCache(pugi::xml_node node, const CpuCache& cache) {
  pugi::xml_node element = Add(node, "cache");
  if (cache.level) Set(element, "level", std::to_string(*cache.level));
  Set(element, "mode", cache.mode);
}

}  // namespace

void AddCpu(pugi::xml_node domain, const MachineSpec& spec, const MachineHost& host) {
  const CpuSpec& cpu = spec.platform.cpu;
  pugi::xml_node node = Add(domain, "cpu");
  Set(node, "mode", cpu.mode.empty() ? BestMode(host) : cpu.mode);
  Set(node, "match", cpu.match);
  Set(node, "check", cpu.check);
  Set(node, "migratable", cpu.migratable);
  AddModel(node, cpu);
  if (!cpu.vendor.empty()) AddText(node, "vendor", cpu.vendor);
  if (cpu.topology) AddTopology(node, *cpu.topology);
  if (cpu.cache) AddCache(node, *cpu.cache);
  for (const CpuFeature& feature : cpu.features) {
    Add(node, "feature", {{"policy", feature.policy}, {"name", feature.name}});
  }
}

}  // namespace crimux::vm
