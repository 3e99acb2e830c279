#include <algorithm>

#include "vmruntime/machine/domain/parts.h"

namespace crimux::vm {
namespace {

// virtiofsd and switches that speak vhost-user read and write the guest's memory themselves.
bool IsSeenByOthers(const MachineSpec& spec) {
  if (spec.share && !spec.share->socket.empty()) return true;
  return std::ranges::any_of(spec.nics,
                             [](const NicSpec& nic) { return !nic.vhost_socket.empty(); });
}

}  // namespace

void AddMemory(pugi::xml_node domain, const MemorySpec& memory) {
  bool grows = memory.max > memory.size;
  AddText(domain, "memory", std::to_string(grows ? memory.max : memory.size), {{"unit", "b"}});
  if (grows) AddText(domain, "currentMemory", std::to_string(memory.size), {{"unit", "b"}});
}

void AddVcpus(pugi::xml_node domain, const MachineSpec& spec) {
  bool grows = spec.max_vcpus > spec.vcpus;
  pugi::xml_node vcpu =
      AddText(domain, "vcpu", std::to_string(grows ? spec.max_vcpus : spec.vcpus));
  if (grows) vcpu.append_attribute("current") = spec.vcpus;
}

// memfd: hugepages without a mount of hugetlbfs, and memory that another process can map.
void AddMemoryBacking(pugi::xml_node domain, const MachineSpec& spec) {
  bool shared = IsSeenByOthers(spec);
  if (spec.memory.page_size != 0 || shared) {
    pugi::xml_node backing = Add(domain, "memoryBacking");
    if (spec.memory.page_size != 0) {
      Add(Add(backing, "hugepages"), "page",
          {{"size", std::to_string(spec.memory.page_size)}, {"unit", "b"}});
    }
    Add(backing, "source", {{"type", "memfd"}});
    if (shared) Add(backing, "access", {{"mode", "shared"}});
  }
  if (spec.memory.nodes.empty()) return;
  Add(Add(domain, "numatune"), "memory", {{"mode", "strict"}, {"nodeset", spec.memory.nodes}});
}

}  // namespace crimux::vm
