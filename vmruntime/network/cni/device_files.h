#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vmruntime/network/cni/device_info.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// Where Multus, which is but a plugin to us, keeps what its own plugins say. Tests have others.
struct MultusFolders {
  // Device info: "<namespace>-<network>-<sandbox id>_<interface>".
  std::filesystem::path device_info = "/var/run/k8s.cni.cncf.io/devinfo/cni";
  // Results of ADD, below its cniDir: "<network>-<sandbox id>-<interface>".
  std::filesystem::path results = "/var/lib/cni/multus/results";
};

// An interface of the pod of which a file says what it is.
struct InterfaceDevice {
  DeviceInfo info;
  // Its name, and what Multus' copy of the result says of it: MAC address, addresses, routes.
  GuestInterface told;
};

// The file that plugins with the capability CNIDeviceInfoFile write for the pod's main interface.
std::filesystem::path DeviceInfoFile(const std::filesystem::path& work_dir);

// All interfaces of the pod that have a file, by name: the main one by its own or else by Multus',
// others by Multus'. Throws Error, see ParseDeviceInfo.
std::vector<InterfaceDevice> ReadDevices(const NetworkRequest& request,
                                         const std::string& main_interface,
                                         const MultusFolders& folders);

// Removes the sockets that QEMU has made for the pod, as the files tell of them: before CNI DEL, by
// which Multus removes those.
void RemoveServerSockets(const NetworkRequest& request, const std::string& main_interface,
                         const MultusFolders& folders);

// Removes the pod's own file, if there is one.
void RemoveDeviceInfo(const std::filesystem::path& work_dir);

}  // namespace crimux::vm
