#include "vmruntime/machine/guest_memory.h"

#include <libvirt/libvirt.h>

#include <memory>

#include "vmruntime/machine/libvirt_error.h"

namespace crimux::vm {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

std::optional<uint64_t> Number(const virDomainStatsRecord& record, const char* name) {
  unsigned long long value = 0;  // NOLINT: libvirt's type
  if (virTypedParamsGetULLong(record.params, record.nparams, name, &value) != 1)
    return std::nullopt;
  return value;
}

std::optional<uint64_t> Kibibytes(const virDomainStatsRecord& record, const char* name) {
  std::optional<uint64_t> value = Number(record, name);
  if (value) *value *= 1024;
  return value;
}

// libvirt's names: "available" is what the guest has in all, "usable" what it can still give.
GuestMemory MemoryOf(const virDomainStatsRecord& record) {
  uint64_t updated = Number(record, "balloon.last-update").value_or(0);
  return {.updated = static_cast<int64_t>(updated) * kSecond,
          .total = Kibibytes(record, "balloon.available"),
          .available = Kibibytes(record, "balloon.usable")};
}

std::map<std::string, GuestMemory> Ask(virConnectPtr connection) {
  virDomainStatsRecordPtr* raw = nullptr;
  constexpr unsigned kFlags =
      VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE | VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT;
  int count = virConnectGetAllDomainStats(connection, VIR_DOMAIN_STATS_BALLOON, &raw, kFlags);
  if (count < 0) throw LibvirtError("get statistics of", "all machines");
  std::unique_ptr<virDomainStatsRecordPtr, decltype(&virDomainStatsRecordListFree)> records(
      raw, &virDomainStatsRecordListFree);
  std::map<std::string, GuestMemory> memories;
  for (int i = 0; i < count; ++i) {
    GuestMemory memory = MemoryOf(*raw[i]);
    if (memory.updated > 0) memories[virDomainGetName(raw[i]->dom)] = memory;
  }
  return memories;
}

}  // namespace

GuestMemoryQuestion QuestionTo(virConnectPtr connection) {
  virConnectRef(connection);
  std::shared_ptr<virConnect> held(connection, &virConnectClose);
  return [held] { return Ask(held.get()); };
}

}  // namespace crimux::vm
