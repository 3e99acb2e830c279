#include <fmt/format.h>

#include "ctl/doctor/checks.h"

namespace crimux::ctl {
namespace {

struct Program {
  std::string name;
  const char* purpose;
  const char* package;
  // Only some images need it.
  bool is_optional = false;
};

// What the VM runtime calls, and what the plugins that it calls do.
std::vector<Program> Needed(const VmConfig& vm) {
  std::string emulator = vm.emulator.empty() ? "qemu-system-x86_64" : vm.emulator.string();
  return {{emulator, "runs VMs", "qemu-system-x86"},
          {"qemu-img", "makes and checks disks", "qemu-utils"},
          {"dnsmasq", "gives guests their addresses", "dnsmasq-base"},
          {"nft", "keeps other DHCP servers out of a pod", "nftables"},
          {"iptables", "is called by CNI plugins", "iptables"},
          {"setpriv", "gives up root", "util-linux"},
          {"prlimit", "bounds what checks images", "util-linux"},
          {"gzip", "unpacks images", "gzip", true},
          {"xz", "unpacks images", "xz-utils", true},
          {"zstd", "unpacks images", "zstd", true},
          {"bzip2", "unpacks images", "bzip2", true}};
}

}  // namespace

Findings CheckPrograms(const Patient& patient) {
  const RuntimeConfig* runtime = patient.VmRuntime();
  if (runtime == nullptr) return {{Verdict::kSkipped, "programs", "no runtime is the VM runtime"}};
  Findings findings;
  std::string there;
  for (const Program& program : Needed(*runtime->vm)) {
    std::filesystem::path found = patient.host.FindProgram(program.name);
    if (found.empty()) {
      findings.push_back({program.is_optional ? Verdict::kWarning : Verdict::kFailed, "programs",
                          fmt::format("{}, which {}, is not there", program.name, program.purpose),
                          fmt::format("apt-get install {}", program.package)});
    } else {
      there += (there.empty() ? "" : ", ") + program.name;
    }
  }
  if (!there.empty()) findings.push_back({Verdict::kOk, "programs", there + ": there"});
  return findings;
}

}  // namespace crimux::ctl
