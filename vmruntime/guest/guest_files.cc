#include "vmruntime/guest/guest_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "vmruntime/guest/beneath.h"
#include "vmruntime/guest/data_source_files.h"
#include "vmruntime/guest/written_mounts.h"

namespace crimux::vm {
namespace {

void AddEnvironment(const Environment& environment, const std::string& pod,
                    std::vector<GuestFile>* files) {
  std::vector<std::string> left_out;
  std::string text = EnvironmentFile(environment, &left_out);
  if (!left_out.empty()) {
    spdlog::warn("pod {}: no variables of a shell, so not in /etc/cloud/environment: {:?}", pod,
                 fmt::join(left_out, ", "));
  }
  if (!text.empty()) files->push_back({"/etc/cloud/environment", text});
}

// The kubelet makes this file for each pod, with its host aliases, and mounts it.
void AddHosts(const PodMounts& mounts, std::vector<GuestFile>* files) {
  auto found = std::ranges::find(mounts, "/etc/hosts", &PodMount::container_path);
  if (found == mounts.end()) return;
  files->push_back({"/etc/hosts", ReadMountedFile(found->host_path)});
}

}  // namespace

std::vector<GuestFile> MakeGuestFiles(const GuestOptions& options, const PodMounts& mounts,
                                      const Environment& environment, const DnsSettings& dns,
                                      const std::string& pod) {
  std::vector<GuestFile> files;
  AddHosts(mounts, &files);
  if (std::string text = ResolvConf(dns); !text.empty())
    files.push_back({"/etc/resolv.conf", text});
  AddEnvironment(environment, pod, &files);
  if (options.write_mounts) AddWrittenMounts(mounts, &files);
  if (options.files_source) {
    AddSourceFiles(MountedData(annotation::kFilesSource, *options.files_source, mounts), &files);
  }
  return files;
}

}  // namespace crimux::vm
