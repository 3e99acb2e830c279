#include "vmruntime/pod/guest_seed.h"

#include <absl/cleanup/cleanup.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/fault_point.h"
#include "base/file.h"
#include "vmruntime/guest/guest_files.h"
#include "vmruntime/guest/iso_image.h"
#include "vmruntime/guest/seed.h"
#include "vmruntime/guest/user_data.h"
#include "vmruntime/guest/written_mounts.h"
#include "vmruntime/pod/network_record.h"

namespace crimux::vm {
namespace {

using runtime::v1::ContainerConfig;
using runtime::v1::PodSandboxConfig;

constexpr size_t kLongestHostname = 253;

PodMounts MountsOf(const ContainerConfig& config) {
  PodMounts mounts;
  for (const auto& mount : config.mounts()) {
    mounts.push_back({mount.container_path(), mount.host_path()});
  }
  return mounts;
}

Environment EnvironmentOf(const ContainerConfig& config) {
  Environment environment;
  for (const auto& variable : config.envs()) {
    environment.emplace_back(variable.key(), variable.value());
  }
  return environment;
}

// Guests hand it on to files and commands of their own.
std::string HostnameOf(const PodSandboxConfig& config) {
  const std::string& name =
      config.hostname().empty() ? config.metadata().name() : config.hostname();
  bool good =
      !name.empty() && name.size() <= kLongestHostname && name.front() != '-' &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") ==
          std::string::npos;
  if (good) return name;
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "name the guest", name, "it is no host name");
}

constexpr std::string_view kShareFolder = "/run/crimux";

// The share, and from it each mount to the place that the manifest names, outer ones first. The
// hosts file is written instead, so that a guest has it without the share, too.
std::vector<GuestMount> GuestMounts(const std::optional<ShareRequest>& volumes,
                                    const GuestOptions& options) {
  if (!volumes) return {};
  std::vector<GuestMount> mounts = {
      {.source = kShareTag, .type = "virtiofs", .path = std::string(kShareFolder)}};
  if (volumes->protocol == ShareProtocol::k9p) {
    mounts[0].type = "9p";
    mounts[0].options = "trans=virtio,version=9p2000.L,msize=262144";
  }
  std::vector<SharedMount> sorted = volumes->mounts;
  std::ranges::stable_sort(sorted, {}, [](const SharedMount& mount) { return mount.guest; });
  for (const SharedMount& mount : sorted) {
    bool is_written = options.write_mounts && IsWrittenMount(mount.host);
    if (is_written || mount.guest == "/etc/hosts") continue;
    mounts.push_back({.source = fmt::format("{}/{}", kShareFolder, mount.name),
                      .type = "",
                      .path = mount.guest.string(),
                      .is_directory = mount.is_directory});
  }
  return mounts;
}

// Only QEMU's user may read it. Nothing is left on failure.
void WriteForQemu(const std::filesystem::path& file, const std::string& content, Owner qemu) {
  absl::Cleanup remove = [&] { ::unlink(file.c_str()); };
  UniqueFd fd = OpenFile(file, O_WRONLY | O_CREAT | O_TRUNC, 0400);
  FaultPoint("create.seed-begun");
  WriteAll(fd.get(), content, file);
  if (::fchown(fd.get(), qemu.uid, qemu.gid) != 0) {
    throw SystemError(errno, "give to QEMU's user", file.string());
  }
  std::move(remove).Cancel();
}

}  // namespace

SeedSpec MakeSeedSpec(const state::ContainerRecord& container, const state::SandboxRecord& sandbox,
                      const GuestOptions& options, const std::optional<ShareRequest>& volumes) {
  const PodSandboxConfig& pod = sandbox.config();
  SeedSpec spec{.format = options.seed,
                .instance_id = pod.metadata().name() + "." + pod.metadata().namespace_(),
                .hostname = HostnameOf(pod)};
  if (!options.dhcp_only) {
    spec.interfaces = FromRecord(sandbox.network()).interfaces;
    spec.dns = MakeNetworkRequest(sandbox, {}).dns;
  }
  spec.mounts = GuestMounts(volumes, options);
  if (!options.agent_files) spec.files = GuestFilesOf(container, sandbox, options);
  AddUserData(options, MountsOf(container.config()), &spec);
  return spec;
}

std::vector<GuestFile> GuestFilesOf(const state::ContainerRecord& container,
                                    const state::SandboxRecord& sandbox,
                                    const GuestOptions& options) {
  const auto& metadata = sandbox.config().metadata();
  return MakeGuestFiles(options, MountsOf(container.config()), EnvironmentOf(container.config()),
                        MakeNetworkRequest(sandbox, {}).dns,
                        metadata.namespace_() + "/" + metadata.name());
}

void WriteSeed(const std::filesystem::path& file, const SeedSpec& spec, Owner qemu) {
  WriteForQemu(file, MakeIso(SeedLabel(spec.format), SeedFiles(spec)), qemu);
}

void WriteIgnition(const std::filesystem::path& file, const state::ContainerRecord& container,
                   const GuestOptions& options, Owner qemu) {
  std::string config = IgnitionConfig(options, MountsOf(container.config()));
  if (!config.empty()) WriteForQemu(file, config, qemu);
}

}  // namespace crimux::vm
