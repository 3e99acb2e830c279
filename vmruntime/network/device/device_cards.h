#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vmruntime/network/cni/cni_result.h"
#include "vmruntime/network/cni/device_files.h"
#include "vmruntime/network/device/vdpa_device.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// Adds to the result what files say of the pod's interfaces. They have the last word.
void TellOfDevices(const std::vector<InterfaceDevice>& devices, CniResult* result);

// ReadVdpaDevice; tests have their own.
using VdpaReader = std::function<VdpaSettings(const std::filesystem::path& device)>;

// The card that stands for the interface, if that is a vDPA device or a vhost-user socket. Its MAC
// address is a vDPA device's own, else what the result says, else a new one; its addresses are the
// result's, or those of a link of that name in the calling thread's namespace. Throws Error:
// FAILED_PRECONDITION when device or socket is not there, INVALID_ARGUMENT when the pod asks for
// what such a card can't be (a binding, more MTU than it has).
std::optional<GuestInterface> MakeDeviceCard(const CniResult& result, const std::string& interface,
                                             const NetworkRequest& request, const VdpaReader& vdpa);

}  // namespace crimux::vm
