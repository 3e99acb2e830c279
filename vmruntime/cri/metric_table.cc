#include "vmruntime/cri/metric_table.h"

namespace crimux::vm {
namespace {

namespace cri = runtime::v1;
using Samples = std::vector<MetricSample>;
using ContainerRow = MetricRow<MeasuredContainer>;
using NetworkRow = MetricRow<NetworkFigures>;

constexpr uint64_t kSecond = 1'000'000'000;

// A figure of the machine.
ContainerRow OfMachine(std::string name, std::string help, cri::MetricType type,
                       uint64_t MachineFigures::*figure, uint64_t unit = 1) {
  return {std::move(name), std::move(help), type, {}, [figure, unit](const auto& container) {
            return Samples{{(*container.figures.machine).*figure / unit, {}}};
          }};
}

// A figure of the pressure on one resource.
ContainerRow OfPressure(std::string name, std::string help,
                        std::optional<Pressures> MachineFigures::*resource,
                        Pressure Pressures::*kind) {
  return {
      std::move(name), std::move(help), cri::COUNTER, {}, [resource, kind](const auto& container) {
        const auto& pressures = (*container.figures.machine).*resource;
        if (!pressures) return Samples();
        return Samples{{((*pressures).*kind).total / kSecond, {}}};
      }};
}

// Something that the pod asks for; 0: it doesn't.
ContainerRow OfSpec(std::string name, std::string help,
                    int64_t (cri::LinuxContainerResources::*limit)() const) {
  return {std::move(name), std::move(help), cri::GAUGE, {}, [limit](const auto& container) {
            int64_t value = (container.record.config().linux().resources().*limit)();
            if (value <= 0) return Samples();
            return Samples{{static_cast<uint64_t>(value), {}}};
          }};
}

NetworkRow OfLinks(std::string name, std::string help, uint64_t LinkFigures::*figure) {
  return {
      std::move(name), std::move(help), cri::COUNTER, {"interface"}, [figure](const auto& network) {
        Samples samples;
        for (const LinkFigures& link : network.links)
          samples.push_back({link.*figure, {link.name}});
        return samples;
      }};
}

Samples Failures(const MeasuredContainer& container) {
  const MachineFigures& machine = *container.figures.machine;
  return {{machine.page_faults, {"pgfault", "container"}},
          {machine.major_page_faults, {"pgmajfault", "container"}}};
}

Samples Started(const MeasuredContainer& container) {
  return {{static_cast<uint64_t>(container.record.started_at()) / kSecond, {}}};
}

Samples Seen(const MeasuredContainer& container) {
  return {{static_cast<uint64_t>(container.figures.time) / kSecond, {}}};
}

Samples DiskBytes(const MeasuredContainer& container) {
  return {{container.figures.disk.bytes, {""}}};
}

// A figure of each of the guest's file systems.
ContainerRow OfGuest(std::string name, std::string help, uint64_t GuestFileSystem::*figure) {
  std::vector<std::string> labels{"device", "fstype", "mountpoint"};
  return {std::move(name), std::move(help), cri::GAUGE, labels, [figure](const auto& container) {
            Samples samples;
            for (const GuestFileSystem& of : container.figures.file_systems) {
              samples.push_back({of.*figure, {of.device, of.type, of.mount_point}});
            }
            return samples;
          }};
}

// clang-format off keeps one metric to a line.
// clang-format off
std::vector<ContainerRow> ContainerTable() {
  using F = MachineFigures;
  using R = cri::LinuxContainerResources;
  return {
    OfMachine("container_cpu_usage_seconds_total", "Cumulative CPU time consumed.", cri::COUNTER, &F::cpu, kSecond),
    OfMachine("container_memory_usage_bytes", "Memory held, all kinds together.", cri::GAUGE, &F::usage),
    OfMachine("container_memory_working_set_bytes", "Memory that could not be dropped.", cri::GAUGE, &F::working_set),
    OfMachine("container_memory_rss", "The guest's memory and QEMU's own, as far as it is resident.", cri::GAUGE, &F::rss),
    OfMachine("container_memory_swap", "Memory that the node has swapped out.", cri::GAUGE, &F::swap),
    {"container_memory_failures_total", "Page faults.", cri::COUNTER, {"failure_type", "scope"}, Failures},
    {"container_fs_usage_bytes", "Bytes of the node's disk that its disks take.", cri::GAUGE, {"device"}, DiskBytes},
    OfGuest("container_guest_filesystem_size_bytes", "Size of a file system, as the guest says.", &GuestFileSystem::size),
    OfGuest("container_guest_filesystem_used_bytes", "What is in use of it, as the guest says.", &GuestFileSystem::used),
    OfMachine("container_threads", "Threads on the node.", cri::GAUGE, &F::tasks),
    {"container_start_time_seconds", "When it was started, since the epoch.", cri::GAUGE, {}, Started},
    {"container_last_seen", "When it was last measured, since the epoch.", cri::GAUGE, {}, Seen},
    OfSpec("container_spec_cpu_period", "CPU period, in microseconds.", &R::cpu_period),
    OfSpec("container_spec_cpu_quota", "CPU time in each period, in microseconds.", &R::cpu_quota),
    OfSpec("container_spec_cpu_shares", "CPU shares.", &R::cpu_shares),
    OfSpec("container_spec_memory_limit_bytes", "Memory limit.", &R::memory_limit_in_bytes),
    OfPressure("container_pressure_cpu_waiting_seconds_total", "Time in which tasks waited for a processor.", &F::cpu_pressure, &Pressures::some),
    OfPressure("container_pressure_cpu_stalled_seconds_total", "Time in which no task got a processor.", &F::cpu_pressure, &Pressures::full),
    OfPressure("container_pressure_memory_waiting_seconds_total", "Time in which tasks waited for memory.", &F::memory_pressure, &Pressures::some),
    OfPressure("container_pressure_memory_stalled_seconds_total", "Time in which all tasks waited for memory.", &F::memory_pressure, &Pressures::full),
    OfPressure("container_pressure_io_waiting_seconds_total", "Time in which tasks waited for I/O.", &F::io_pressure, &Pressures::some),
    OfPressure("container_pressure_io_stalled_seconds_total", "Time in which all tasks waited for I/O.", &F::io_pressure, &Pressures::full),
  };
}

std::vector<NetworkRow> NetworkTable() {
  using L = LinkFigures;
  return {
    OfLinks("container_network_receive_bytes_total", "Bytes received.", &L::rx_bytes),
    OfLinks("container_network_receive_packets_total", "Packets received.", &L::rx_packets),
    OfLinks("container_network_receive_errors_total", "Errors while receiving.", &L::rx_errors),
    OfLinks("container_network_receive_packets_dropped_total", "Packets dropped while receiving.", &L::rx_dropped),
    OfLinks("container_network_transmit_bytes_total", "Bytes sent.", &L::tx_bytes),
    OfLinks("container_network_transmit_packets_total", "Packets sent.", &L::tx_packets),
    OfLinks("container_network_transmit_errors_total", "Errors while sending.", &L::tx_errors),
    OfLinks("container_network_transmit_packets_dropped_total", "Packets dropped while sending.", &L::tx_dropped),
  };
}
// clang-format on

}  // namespace

std::span<const ContainerRow> ContainerMetrics() {
  static const std::vector<ContainerRow> table = ContainerTable();
  return table;
}

std::span<const NetworkRow> NetworkMetrics() {
  static const std::vector<NetworkRow> table = NetworkTable();
  return table;
}

const std::vector<std::string>& MetricLabels() {
  static const std::vector<std::string> labels{"container", "id",        "image",
                                               "name",      "namespace", "pod"};
  return labels;
}

}  // namespace crimux::vm
