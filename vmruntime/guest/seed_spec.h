#pragma once

#include <string>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

#include "vmruntime/annotations/guest_options.h"
#include "vmruntime/network/spec/pod_network.h"

namespace crimux::vm {

// What the guest mounts, as mount(8) is given it.
struct GuestMount {
  std::string source;  // a share's tag, or with no type the path that is bound
  std::string type;    // "virtiofs", "9p"; empty: a bind mount
  std::string path;    // in the guest
  std::string options = "";
  bool is_directory = true;
};

// A symbolic link in the guest. Where something else is at its path, that stays.
struct GuestLink {
  std::string target;
  std::string path;
};

// A file that is written into the guest's root disk.
struct GuestFile {
  std::string path;
  std::string content;  // any bytes
  unsigned mode = 0644;
};

// All that a seed tells a guest. Values only; nothing of it is trusted to be well-formed.
struct SeedSpec {
  SeedFormat format = SeedFormat::kNoCloud;
  std::string instance_id;
  std::string hostname;
  // Public keys, as lines of authorized_keys: the pod's, and those that the node adds to any
  // guest's, whatever the pod says.
  std::vector<std::string> ssh_keys;
  std::vector<std::string> extra_ssh_keys;
  // The same for root, whom cloud-init lets in by none of the above in most images.
  std::vector<std::string> root_ssh_keys;
  std::vector<GuestMount> mounts;  // in this order
  std::vector<GuestFile> files;
  std::vector<GuestLink> links;  // made at every boot
  // None of them: the guest finds its network out by itself (DHCP).
  std::vector<GuestInterface> interfaces;
  DnsSettings dns;
  // Takes the place of what meta-data would say.
  boost::json::object meta_data;
  // Merged over what user-data would say.
  boost::json::object user_data;
  // Not empty: the whole user-data. The rest goes by vendor-data then.
  std::string script;
};

// One file of a seed.
struct SeedFile {
  std::string path;  // below the root of its image: "user-data"
  std::string content;

  bool operator==(const SeedFile&) const = default;
};

}  // namespace crimux::vm
