#pragma once

#include <string>
#include <vector>

#include <boost/json/array.hpp>

#include "vmruntime/guest/seed_spec.h"

namespace crimux::vm {

// Commands of cloud-config's `bootcmd`, which run at every boot, before files are written: they
// pass through no file or shell that a path could break out of, and a guest that lacks the file
// system boots all the same.
boost::json::array MountCommands(const std::vector<GuestMount>& mounts);

// The same as a shell script, which may be run again.
std::string MountScript(const std::vector<GuestMount>& mounts);

}  // namespace crimux::vm
