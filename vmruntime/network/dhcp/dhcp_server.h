#pragma once

#include <filesystem>
#include <string>

#include "base/lasting_process.h"

namespace crimux::vm {

// The dnsmasq of one pod, found by what lies in the pod's work folder. It lives in the pod's
// namespace and outlives crimuxd. It is known by this folder's configuration, and by the namespace
// if that still exists.
class DhcpServer {
 public:
  DhcpServer(std::filesystem::path netns, std::filesystem::path work_dir);

  // Starts it; it answers on return. Throws Error (INTERNAL) with dnsmasq's own words.
  void Start(const std::string& config) const;
  bool Running() const;
  // Ends it, waits until it has gone, and removes its files. Succeeds when there is none.
  void Stop() const;

 private:
  LastingProcess Process() const;

  std::filesystem::path netns_;
  std::filesystem::path work_dir_;
};

}  // namespace crimux::vm
