#include "vmruntime/annotations/names.h"

#include <array>

namespace crimux::vm {

std::span<const Annotation> AllAnnotations() {
  using namespace annotation;
  static constexpr std::array kAll = {
      // Machine.
      kVcpus, kMaxVcpus, kMaxMemory, kCpuModel, kCpuFeatures, kCpu, kSystemUuid, kMachine,
      kFirmware, kSecureBoot, kTpm, kVideo, kNicModel, kNicQueues, kBinding, kNics,
      kIngressBandwidth, kEgressBandwidth, kClock, kHyperv, kProfile, kLibvirtXml,
      // Exec and volumes.
      kExec, kSshUser, kSshKey, kShares, kSharesChown,
      // Disks.
      kDiskBus, kDiskCache, kDiskIo, kDiskDiscard, kRootSize, kRootLifetime, kDisks, kCdroms,
      kCloudInit, kMetaData, kUserData, kUserDataOverwrite, kUserDataScript, kUserDataSource,
      kUserDataSourceKey, kUserDataSourceEncoding, kSshKeys, kSshKeySource, kFilesSource,
      kWriteMounts, kDhcpOnly, kIgnition, kIgnitionSource,
      kAgentFiles,  //
  };
  return kAll;
}

}  // namespace crimux::vm
