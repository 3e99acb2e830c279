#pragma once

#include <string>
#include <vector>

#include "vmruntime/annotations/guest_options.h"
#include "vmruntime/guest/environment_file.h"
#include "vmruntime/guest/pod_mounts.h"
#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// The files that a pod's manifest means for its guest, beside shares: /etc/cloud/environment,
// /etc/hosts as the kubelet mounts it, /etc/resolv.conf, files of annotations. `pod` names the pod
// in the log. Throws Error (INVALID_ARGUMENT) that names the annotation.
std::vector<GuestFile> MakeGuestFiles(const GuestOptions& options, const PodMounts& mounts,
                                      const Environment& environment, const DnsSettings& dns,
                                      const std::string& pod);

// As libc reads it; empty when there is nothing to say. Words with blanks or line breaks, which
// would say more than they should, are left out.
std::string ResolvConf(const DnsSettings& dns);

}  // namespace crimux::vm
