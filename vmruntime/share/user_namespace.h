#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace crimux::vm {

struct LastingSpec {
  // argv[0] is a path.
  std::vector<std::string> argv;
  // Is the program's descriptor 3; stays the caller's.
  int fd = -1;
  // Gets the process id before the program runs, so that it is never unknown.
  std::filesystem::path pid_file;
  // Gets what it prints.
  std::filesystem::path log;
};

// Starts a program that outlives us, as root of a user namespace of its own in which every id is
// itself: it may read, write and own files as a container's root may, yet it has no power over the
// host beyond its mounts. It lives in the calling thread's mount and network namespaces. Returns
// when it runs; throws Error (INTERNAL) when it can't be started, and nothing is left then.
void StartInUserNamespace(const LastingSpec& spec);

}  // namespace crimux::vm
