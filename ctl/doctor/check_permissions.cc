#include <fmt/format.h>
#include <sys/stat.h>

#include "ctl/doctor/checks.h"

namespace crimux::ctl {
namespace {

constexpr unsigned kOthers = 0007;
constexpr unsigned kGroupAndOthers = 0077;
constexpr unsigned kOthersWrite = 0022;
constexpr unsigned kPass = 0001;

// What must be so of one path.
struct Rule {
  std::string what;
  std::filesystem::path path;
  // Bits that must not be set, and that must.
  unsigned forbidden = 0;
  unsigned needed = 0;
  std::string why;
};

// Nothing for a path that isn't there: other checks tell of what is missing.
void Check(const Patient& patient, const Rule& rule, Findings* findings) {
  struct stat info {};
  if (rule.path.empty() || ::stat(patient.host.At(rule.path).c_str(), &info) != 0) return;
  unsigned mode = info.st_mode & 07777U;
  std::string what = fmt::format("{} {} has mode {:04o}", rule.what, rule.path.string(), mode);
  if ((mode & rule.forbidden) == 0 && (mode & rule.needed) == rule.needed) {
    findings->push_back({Verdict::kOk, "permissions", what});
    return;
  }
  unsigned wanted = (mode & ~rule.forbidden) | rule.needed;
  findings->push_back({Verdict::kFailed, "permissions", fmt::format("{}: {}", what, rule.why),
                       fmt::format("chmod {:04o} {}", wanted, rule.path.string())});
}

std::filesystem::path ConfigFile(const Patient& patient) {
  return patient.config_source.starts_with('/') ? patient.config_source : "";
}

}  // namespace

Findings CheckPermissions(const Patient& patient) {
  const Config& config = patient.config;
  Findings findings;
  Check(patient, {"the CRI socket", config.listen, kOthers, 0, "anyone could run pods as root"},
        &findings);
  Check(patient, {"the status socket", config.status, kGroupAndOthers, 0, "it is root's alone"},
        &findings);
  Check(patient,
        {"the config", ConfigFile(patient), kOthersWrite, 0, "others than root may change it"},
        &findings);
  Check(patient,
        {"the folder of last known lists", config.last_known_dir, kOthersWrite, 0,
         "others than root may change it"},
        &findings);
  if (const RuntimeConfig* vm = patient.VmRuntime()) {
    Check(patient,
          {"the VM runtime's folder", vm->vm->state_dir, kOthersWrite, kPass,
           "only root may write there, and QEMU's user must get through"},
          &findings);
  }
  return findings;
}

}  // namespace crimux::ctl
