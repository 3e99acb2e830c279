#include "vmruntime/cri/stats_messages.h"

#include <algorithm>

#include "base/clock.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;

void Fill(const std::optional<Pressures>& from, const auto& mutable_psi) {
  if (!from) return;
  cri::PsiStats& psi = *mutable_psi();
  auto fill = [](const Pressure& pressure, cri::PsiData& data) {
    data.set_total(pressure.total);
    data.set_avg10(pressure.avg10);
    data.set_avg60(pressure.avg60);
    data.set_avg300(pressure.avg300);
  };
  fill(from->some, *psi.mutable_some());
  fill(from->full, *psi.mutable_full());
}

void FillCpu(const ContainerFigures& figures, cri::CpuUsage& cpu) {
  cpu.set_timestamp(figures.machine->time);
  cpu.mutable_usage_core_nano_seconds()->set_value(figures.machine->cpu);
  cpu.mutable_usage_nano_cores()->set_value(figures.nano_cores);
  Fill(figures.machine->cpu_pressure, [&] { return cpu.mutable_psi(); });
}

// What the guest has left, as it says itself; else what the limit leaves.
std::optional<uint64_t> Available(const MeasuredContainer& container) {
  const ContainerFigures& figures = container.figures;
  if (figures.guest && figures.guest->available) return figures.guest->available;
  int64_t limit = container.record.config().linux().resources().memory_limit_in_bytes();
  if (limit <= 0) return std::nullopt;
  auto all = static_cast<uint64_t>(limit);
  return all - std::min(all, figures.machine->working_set);
}

void FillMemory(const MeasuredContainer& container, cri::MemoryUsage& memory) {
  const MachineFigures& machine = *container.figures.machine;
  memory.set_timestamp(machine.time);
  memory.mutable_working_set_bytes()->set_value(machine.working_set);
  memory.mutable_usage_bytes()->set_value(machine.usage);
  memory.mutable_rss_bytes()->set_value(machine.rss);
  memory.mutable_page_faults()->set_value(machine.page_faults);
  memory.mutable_major_page_faults()->set_value(machine.major_page_faults);
  if (auto available = Available(container)) {
    memory.mutable_available_bytes()->set_value(*available);
  }
  Fill(machine.memory_pressure, [&] { return memory.mutable_psi(); });
}

void FillSwap(const MachineFigures& machine, cri::SwapUsage& swap) {
  swap.set_timestamp(machine.time);
  swap.mutable_swap_usage_bytes()->set_value(machine.swap);
  if (!machine.swap_limit) return;
  uint64_t left = *machine.swap_limit - std::min(*machine.swap_limit, machine.swap);
  swap.mutable_swap_available_bytes()->set_value(left);
}

cri::NetworkInterfaceUsage UsageOf(const LinkFigures& link) {
  cri::NetworkInterfaceUsage usage;
  usage.set_name(link.name);
  usage.mutable_rx_bytes()->set_value(link.rx_bytes);
  usage.mutable_rx_errors()->set_value(link.rx_errors);
  usage.mutable_tx_bytes()->set_value(link.tx_bytes);
  usage.mutable_tx_errors()->set_value(link.tx_errors);
  return usage;
}

void FillNetwork(const NetworkFigures& figures, cri::NetworkUsage& network) {
  network.set_timestamp(figures.time);
  const LinkFigures* first = figures.Default();
  if (first == nullptr) return;
  *network.mutable_default_interface() = UsageOf(*first);
  for (const LinkFigures& link : figures.links) {
    if (&link != first) *network.add_interfaces() = UsageOf(link);
  }
}

void Add(const cri::UInt64Value& part, cri::UInt64Value* sum) {
  sum->set_value(sum->value() + part.value());
}

// The processors' and the memory's part of `linux`, with zeros for a pod that has no machine.
void AddContainer(const cri::ContainerStats& container, cri::LinuxPodSandboxStats& pod) {
  cri::CpuUsage& cpu = *pod.mutable_cpu();
  cri::MemoryUsage& memory = *pod.mutable_memory();
  Add(container.cpu().usage_core_nano_seconds(), cpu.mutable_usage_core_nano_seconds());
  Add(container.cpu().usage_nano_cores(), cpu.mutable_usage_nano_cores());
  Add(container.memory().working_set_bytes(), memory.mutable_working_set_bytes());
  Add(container.memory().usage_bytes(), memory.mutable_usage_bytes());
  Add(container.memory().rss_bytes(), memory.mutable_rss_bytes());
  Add(container.memory().page_faults(), memory.mutable_page_faults());
  Add(container.memory().major_page_faults(), memory.mutable_major_page_faults());
  if (!container.has_cpu()) return;
  // The one machine of the pod.
  cpu.set_timestamp(container.cpu().timestamp());
  memory.set_timestamp(container.memory().timestamp());
  if (container.memory().has_available_bytes()) {
    *memory.mutable_available_bytes() = container.memory().available_bytes();
  }
  if (container.cpu().has_psi()) *cpu.mutable_psi() = container.cpu().psi();
  if (container.memory().has_psi()) *memory.mutable_psi() = container.memory().psi();
  if (container.has_io()) *pod.mutable_io() = container.io();
}

}  // namespace

cri::ContainerStats StatsOf(const MeasuredContainer& container,
                            const std::filesystem::path& containers) {
  cri::ContainerStats stats;
  const auto& config = container.record.config();
  stats.mutable_attributes()->set_id(container.record.id());
  *stats.mutable_attributes()->mutable_metadata() = config.metadata();
  *stats.mutable_attributes()->mutable_labels() = config.labels();
  *stats.mutable_attributes()->mutable_annotations() = config.annotations();
  cri::FilesystemUsage& disk = *stats.mutable_writable_layer();
  disk.set_timestamp(container.figures.time);
  disk.mutable_fs_id()->set_mountpoint(containers.string());
  disk.mutable_used_bytes()->set_value(container.figures.disk.bytes);
  disk.mutable_inodes_used()->set_value(container.figures.disk.inodes);
  const std::optional<MachineFigures>& machine = container.figures.machine;
  if (!machine) return stats;
  FillCpu(container.figures, *stats.mutable_cpu());
  FillMemory(container, *stats.mutable_memory());
  FillSwap(*machine, *stats.mutable_swap());
  if (machine->io_pressure) {
    stats.mutable_io()->set_timestamp(machine->time);
    Fill(machine->io_pressure, [&] { return stats.mutable_io()->mutable_psi(); });
  }
  return stats;
}

cri::PodSandboxStats StatsOf(const MeasuredPod& pod, const std::filesystem::path& containers) {
  cri::PodSandboxStats stats;
  const auto& config = pod.record.config();
  stats.mutable_attributes()->set_id(pod.record.id());
  *stats.mutable_attributes()->mutable_metadata() = config.metadata();
  *stats.mutable_attributes()->mutable_labels() = config.labels();
  *stats.mutable_attributes()->mutable_annotations() = config.annotations();
  cri::LinuxPodSandboxStats& linux_stats = *stats.mutable_linux();
  const int64_t now = Now();
  linux_stats.mutable_cpu()->set_timestamp(now);
  linux_stats.mutable_memory()->set_timestamp(now);
  linux_stats.mutable_process()->set_timestamp(now);
  AddContainer({}, linux_stats);
  uint64_t tasks = 0;
  for (const MeasuredContainer& container : pod.containers) {
    cri::ContainerStats& of = *linux_stats.add_containers();
    of = StatsOf(container, containers);
    AddContainer(of, linux_stats);
    if (container.figures.machine) tasks += container.figures.machine->tasks;
  }
  linux_stats.mutable_process()->mutable_process_count()->set_value(tasks);
  if (pod.network) FillNetwork(*pod.network, *linux_stats.mutable_network());
  return stats;
}

}  // namespace crimux::vm
