#include "vmruntime/pod/machine_size.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kMiB = 1ULL << 20;
constexpr uint64_t kLeastMemory = 16 * kMiB;
constexpr int64_t kMostVcpus = 255;

[[noreturn]] void RefuseSize(std::string_view what, std::string_view reason) {
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "make a machine of", what, reason);
}

unsigned VcpusOf(const Resources& resources) {
  if (resources.cpu_quota() <= 0 || resources.cpu_period() <= 0) return 1;
  int64_t whole = resources.cpu_quota() / resources.cpu_period();
  int64_t vcpus = whole + (resources.cpu_quota() % resources.cpu_period() != 0 ? 1 : 0);
  if (vcpus > kMostVcpus) {
    RefuseSize("resources.limits.cpu",
               fmt::format("{} vCPUs; a VM can have {}", vcpus, kMostVcpus));
  }
  return static_cast<unsigned>(vcpus);
}

// "2MB", "1GB": what the kubelet and the kernel's hugetlb files call them.
uint64_t PageSize(const std::string& text) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  bool sane = error == std::errc() && number != 0;
  if (sane && unit == "KB") return number << 10;
  if (sane && unit == "MB") return number << 20;
  if (sane && unit == "GB") return number << 30;
  RefuseSize("hugepage_limits", fmt::format("\"{}\" is no page size", text));
}

// Whether there are hugepages; the kubelet names all sizes of the node, most with a limit of 0.
bool Hugepages(const Resources& resources, MemorySpec* memory) {
  for (const auto& limit : resources.hugepage_limits()) {
    if (limit.limit() == 0) continue;
    if (memory->page_size != 0) RefuseSize("hugepage_limits", "a VM has pages of one size");
    memory->page_size = PageSize(limit.page_size());
    memory->size = limit.limit() / memory->page_size * memory->page_size;
  }
  return memory->page_size != 0;
}

uint64_t Guaranteed(const Resources& resources) {
  auto found = resources.unified().find("memory.min");
  if (found == resources.unified().end()) return 0;
  uint64_t bytes = 0;
  std::from_chars(found->second.data(), found->second.data() + found->second.size(), bytes);
  return bytes;
}

uint64_t OrdinaryMemory(const Resources& resources, const VmConfig& config) {
  if (resources.memory_limit_in_bytes() > 0) {
    return static_cast<uint64_t>(resources.memory_limit_in_bytes()) / kMiB * kMiB;
  }
  uint64_t guaranteed = Guaranteed(resources) / kMiB * kMiB;
  return guaranteed != 0 ? guaranteed : config.default_memory;
}

MemorySpec MemoryOf(const Resources& resources, const MachineOptions& options,
                    const VmConfig& config) {
  MemorySpec memory{.nodes = resources.cpuset_mems()};
  bool hugepages = Hugepages(resources, &memory);
  if (!hugepages) memory.size = OrdinaryMemory(resources, config);
  if (memory.size < kLeastMemory) {
    RefuseSize("resources.limits.memory",
               fmt::format("{} bytes; a VM needs at least {}", memory.size, kLeastMemory));
  }
  memory.max = options.max_memory.value_or(memory.size) / kMiB * kMiB;
  if (hugepages && options.max_memory) {
    RefuseSize(annotation::kMaxMemory.name, "memory of hugepages stays as it is");
  }
  if (memory.max < memory.size && options.max_memory) {
    RefuseSize(annotation::kMaxMemory.name,
               fmt::format("{} bytes are less than the VM's {}", memory.max, memory.size));
  }
  return memory;
}

}  // namespace

MachineSize SizeOf(const Resources& resources, const MachineOptions& options,
                   const VmConfig& config) {
  MachineSize size{.memory = MemoryOf(resources, options, config)};
  size.vcpus = options.vcpus.value_or(VcpusOf(resources));
  size.max_vcpus = options.max_vcpus.value_or(size.vcpus);
  if (size.max_vcpus < size.vcpus) {
    RefuseSize(annotation::kMaxVcpus.name,
               fmt::format("{} are less than the VM's {}", size.max_vcpus, size.vcpus));
  }
  return size;
}

}  // namespace crimux::vm
