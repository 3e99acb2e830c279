#include <fmt/format.h>

#include <set>

#include "base/error.h"
#include "ctl/doctor/checks.h"

namespace crimux::ctl {
namespace {

constexpr char kDriversRemedy[] =
    "use one driver for all, systemd where systemd is the init: in containerd's config "
    "SystemdCgroup = true for runc, in CRI-O's cgroup_manager = \"systemd\", in the kubelet's "
    "cgroupDriver: systemd; then restart them";

// What is known, and what isn't.
struct Drivers {
  std::set<std::string> values;
  std::string known;
  Findings findings;

  void Add(const std::string& who, const std::string& driver) {
    values.insert(driver);
    known += fmt::format("{}{}: {}", known.empty() ? "" : ", ", who, driver);
  }
};

void AddRuntime(const Patient& patient, const RuntimeConfig& runtime, Drivers* drivers) {
  if (runtime.endpoint.empty()) return;
  try {
    std::string driver = patient.cri.CgroupDriver(runtime.endpoint);
    if (!driver.empty()) return drivers->Add(runtime.name, driver);
    drivers->findings.push_back(
        {Verdict::kSkipped, "cgroups", fmt::format("{} doesn't tell its driver", runtime.name)});
  } catch (const Error& e) {
    drivers->findings.push_back({Verdict::kSkipped, "cgroups",
                                 fmt::format("{} can't be asked: {}", runtime.name, e.what())});
  }
}

}  // namespace

Findings CheckCgroups(const Patient& patient) {
  Drivers drivers;
  if (patient.kubelet && patient.kubelet->cgroup_driver) {
    drivers.Add("kubelet", patient.kubelet->cgroup_driver->value);
  }
  if (!patient.config.cgroup_driver.empty()) {
    drivers.Add("crimux's config", patient.config.cgroup_driver);
  }
  for (const RuntimeConfig& runtime : patient.config.runtimes) {
    AddRuntime(patient, runtime, &drivers);
  }
  if (drivers.values.size() > 1) {
    drivers.findings.push_back({Verdict::kFailed, "cgroups",
                                "the cgroup drivers differ: " + drivers.known, kDriversRemedy});
  } else if (!drivers.known.empty()) {
    drivers.findings.push_back(
        {Verdict::kOk, "cgroups", "the cgroup drivers agree: " + drivers.known});
  }
  return drivers.findings;
}

}  // namespace crimux::ctl
