#include "vmruntime/pod/machine_identity.h"

#include <fmt/format.h>

#include "vmruntime/disk/pod_disks.h"
#include "vmruntime/fetch/sha256.h"
#include "vmruntime/machine/tpm_state.h"
#include "vmruntime/pod/container_disks.h"
#include "vmruntime/pod/machine_spec.h"

namespace crimux::vm {
namespace {

using state::ContainerRecord;
using state::SandboxRecord;

// The first 128 bits of hexadecimal digits, in the form of a UUID.
std::string Uuid(const std::string& digits) {
  return fmt::format("{}-{}-4{}-a{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(13, 3), digits.substr(17, 3), digits.substr(20, 12));
}

// From the last two parts of the folder's path, which tell pod and container.
std::string KeptUuid(const std::filesystem::path& folder) {
  return Uuid(
      Sha256Hex(folder.parent_path().filename().string() + "/" + folder.filename().string()));
}

}  // namespace

std::string MachineUuid(const ContainerRecord& container, const SandboxRecord& sandbox,
                        const PodOptions& options, const Layout& layout) {
  if (!options.machine.uuid.empty()) return options.machine.uuid;
  if (!options.disks.keep_root) return Uuid(container.id());
  return KeptUuid(KeptFolder(container, sandbox, layout));
}

void UndefinePredecessors(const ContainerRecord& container, const SandboxRecord& sandbox,
                          const Rooms& rooms) {
  const std::string key = PodDisksKey(sandbox);
  const std::string& name = container.config().metadata().name();
  for (const ContainerRecord& other : rooms.registry.Containers()) {
    bool same_name = other.config().metadata().name() == name;
    bool runs = other.state() == ContainerRecord::RUNNING;
    if (other.id() == container.id() || !same_name || runs) continue;
    auto its_sandbox = rooms.registry.FindSandbox(other.sandbox_id());
    if (its_sandbox && PodDisksKey(*its_sandbox) == key) rooms.hypervisor.Undefine(other.id());
  }
}

void RemoveOwnTpm(const ContainerRecord& container, const Rooms& rooms) {
  auto sandbox = rooms.registry.FindSandbox(container.sandbox_id());
  if (!sandbox) return;
  const PodOptions options = ReadPodOptions(AnnotationsOf(sandbox->config()));
  if (!options.machine.platform.tpm || options.disks.keep_root) return;
  RemoveTree(TpmState(rooms.config, MachineUuid(container, *sandbox, options, rooms.layout)));
}

void RemoveKeptTpms(const SandboxRecord& sandbox, const Rooms& rooms) {
  const PodOptions options = ReadPodOptions(AnnotationsOf(sandbox.config()));
  if (!options.machine.platform.tpm || !options.disks.keep_root) return;
  if (!options.machine.uuid.empty()) {
    RemoveTree(TpmState(rooms.config, options.machine.uuid));
    return;
  }
  for (const auto& folder : PodDisks(rooms.layout.Disks()).FoldersOf(PodDisksKey(sandbox))) {
    RemoveTree(TpmState(rooms.config, KeptUuid(folder)));
  }
}

}  // namespace crimux::vm
