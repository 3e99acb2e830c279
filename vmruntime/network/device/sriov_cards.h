#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vmruntime/network/link/vf_admin.h"
#include "vmruntime/pci/pci_functions.h"

namespace crimux::vm {

// A virtual function on its way to a VM.
struct SriovRequest {
  std::string address;
  // The pod's interface that it is, and whether that was in the pod's namespace as a link.
  std::string interface;
  bool is_link = false;
  // The guest's; empty: what is laid down, or a new one where nothing is.
  std::string mac;
};

// Virtual functions of network cards that VMs get whole. Attach sets the MAC address through the
// physical function, keeps what the CNI plugin has laid down there beside it (VLAN, trust), and
// binds the function to vfio-pci. GiveBack makes all that as it was, also a link in the pod's
// namespace that CNI DEL will look for. What was is in a file in the pod's work folder before
// anything is changed, so that GiveBack works after a crash, and may be repeated.
class SriovCards {
 public:
  // Both must outlive this.
  SriovCards(const PciFunctions& functions, VfAdmin& admin)
      : functions_(functions), admin_(admin) {}

  // Throws Error: FAILED_PRECONDITION, with nothing changed, when the node can't hand the function
  // over; else INTERNAL, with what was changed left for GiveBack. `work_dir` is the pod's.
  // Returns the function's MAC address.
  std::string Attach(const SriovRequest& request, const std::filesystem::path& work_dir);

  // Gives back all functions of a pod, which no machine uses any more. Every one is tried; the
  // first error is thrown then, to be called again. `netns` may have gone.
  void GiveBack(const std::filesystem::path& netns, const std::filesystem::path& work_dir);

 private:
  struct Loan;
  static std::vector<Loan> ReadLoans(const std::filesystem::path& work_dir);
  static void WriteLoans(const std::vector<Loan>& loans, const std::filesystem::path& work_dir);
  void GiveBackOne(const Loan& loan, const std::filesystem::path& netns);
  void MoveBack(const Loan& loan, const std::filesystem::path& netns);

  const PciFunctions& functions_;
  VfAdmin& admin_;
};

}  // namespace crimux::vm
