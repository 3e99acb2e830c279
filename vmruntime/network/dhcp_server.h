#pragma once

#include <filesystem>
#include <string>

namespace crimux::vm {

// The dnsmasq of one pod, found by what lies in the pod's work folder. It lives in the pod's
// namespace and outlives crimuxd. A process id from the file is believed only when the process is a
// dnsmasq that was started with this folder's configuration, in this namespace if that still
// exists: after a reboot the same number may be anybody.
class DhcpServer {
 public:
  DhcpServer(std::filesystem::path netns, std::filesystem::path work_dir);

  // Starts it; it answers on return. Throws Error (INTERNAL) with dnsmasq's own words.
  void Start(const std::string& config) const;
  bool Running() const;
  // Ends it, waits until it has gone, and removes its files. Succeeds when there is none.
  void Stop() const;

 private:
  bool IsOurs(int pid) const;

  std::filesystem::path netns_;
  std::filesystem::path work_dir_;
};

}  // namespace crimux::vm
