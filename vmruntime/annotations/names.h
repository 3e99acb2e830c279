#pragma once

#include <span>
#include <string_view>

namespace crimux::vm {

// A pod annotation: our name, and the one that Virtlet had for the same, if any.
struct Annotation {
  std::string_view name;
  std::string_view virtlet = "";
};

// Every annotation that the VM runtime follows; docs/annotations.md describes them in this order.
namespace annotation {

// Machine.
inline constexpr Annotation kVcpus{"crimux.io/vcpus", "VirtletVCPUCount"};
inline constexpr Annotation kMaxVcpus{"crimux.io/max-vcpus"};
inline constexpr Annotation kMaxMemory{"crimux.io/max-memory"};
inline constexpr Annotation kCpuModel{"crimux.io/cpu-model", "VirtletCPUModel"};
inline constexpr Annotation kCpuFeatures{"crimux.io/cpu-features"};
inline constexpr Annotation kCpu{"crimux.io/cpu", "VirtletLibvirtCPUSetting"};
inline constexpr Annotation kSystemUuid{"crimux.io/system-uuid", "VirtletSystemUUID"};
inline constexpr Annotation kMachine{"crimux.io/machine"};
inline constexpr Annotation kFirmware{"crimux.io/firmware"};
inline constexpr Annotation kSecureBoot{"crimux.io/secure-boot"};
inline constexpr Annotation kTpm{"crimux.io/tpm"};
inline constexpr Annotation kVideo{"crimux.io/video"};
inline constexpr Annotation kNicModel{"crimux.io/nic-model"};
inline constexpr Annotation kNicQueues{"crimux.io/nic-queues"};
inline constexpr Annotation kBinding{"crimux.io/binding"};
inline constexpr Annotation kNics{"crimux.io/nics"};
// Kubernetes' own.
inline constexpr Annotation kIngressBandwidth{"kubernetes.io/ingress-bandwidth"};
inline constexpr Annotation kEgressBandwidth{"kubernetes.io/egress-bandwidth"};
inline constexpr Annotation kClock{"crimux.io/clock"};
inline constexpr Annotation kHyperv{"crimux.io/hyperv"};
inline constexpr Annotation kProfile{"crimux.io/profile"};
inline constexpr Annotation kLibvirtXml{"crimux.io/libvirt-xml"};

inline constexpr Annotation kExec{"crimux.io/exec"};
inline constexpr Annotation kSshUser{"crimux.io/ssh-user"};
inline constexpr Annotation kSshKey{"crimux.io/ssh-key"};

inline constexpr Annotation kShares{"crimux.io/shares"};
inline constexpr Annotation kSharesChown{"crimux.io/shares-chown", "VirtletChown9pfsMounts"};

// Disks.
inline constexpr Annotation kDiskBus{"crimux.io/disk-bus", "VirtletDiskDriver"};
inline constexpr Annotation kDiskCache{"crimux.io/disk-cache"};
inline constexpr Annotation kDiskIo{"crimux.io/disk-io"};
inline constexpr Annotation kDiskDiscard{"crimux.io/disk-discard"};
inline constexpr Annotation kRootSize{"crimux.io/root-size", "VirtletRootVolumeSize"};
inline constexpr Annotation kRootLifetime{"crimux.io/root-lifetime"};
inline constexpr Annotation kDisks{"crimux.io/disks"};
inline constexpr Annotation kCdroms{"crimux.io/cdroms"};

// Guest: cloud-init.
inline constexpr Annotation kCloudInit{"crimux.io/cloud-init", "VirtletCloudInitImageType"};
inline constexpr Annotation kMetaData{"crimux.io/meta-data", "VirtletCloudInitMetaData"};
inline constexpr Annotation kUserData{"crimux.io/user-data", "VirtletCloudInitUserData"};
inline constexpr Annotation kUserDataOverwrite{"crimux.io/user-data-overwrite",
                                               "VirtletCloudInitUserDataOverwrite"};
inline constexpr Annotation kUserDataScript{"crimux.io/user-data-script",
                                            "VirtletCloudInitUserDataScript"};
inline constexpr Annotation kUserDataSource{"crimux.io/user-data-source",
                                            "VirtletCloudInitUserDataSource"};
inline constexpr Annotation kUserDataSourceKey{"crimux.io/user-data-source-key",
                                               "VirtletCloudInitUserDataSourceKey"};
inline constexpr Annotation kUserDataSourceEncoding{"crimux.io/user-data-source-encoding",
                                                    "VirtletCloudInitUserDataSourceEncoding"};
inline constexpr Annotation kSshKeys{"crimux.io/ssh-keys", "VirtletSSHKeys"};
inline constexpr Annotation kSshKeySource{"crimux.io/ssh-key-source", "VirtletSSHKeySource"};
inline constexpr Annotation kFilesSource{"crimux.io/files-source", "VirtletFilesFromDataSource"};
inline constexpr Annotation kWriteMounts{"crimux.io/write-mounts"};
inline constexpr Annotation kDhcpOnly{"crimux.io/dhcp-only", "VirtletForceDHCPNetworkConfig"};
// Guest: without cloud-init.
inline constexpr Annotation kIgnition{"crimux.io/ignition"};
inline constexpr Annotation kIgnitionSource{"crimux.io/ignition-source"};
inline constexpr Annotation kAgentFiles{"crimux.io/agent-files"};

}  // namespace annotation

// All of the above.
std::span<const Annotation> AllAnnotations();

}  // namespace crimux::vm
