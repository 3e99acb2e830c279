#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace crimux::vm {

// Named network namespaces, as `ip netns` makes them: a bind mount of the namespace under `dir`
// (usually /run/netns). Neither call moves the calling thread.

// Creates the namespace `dir`/`name` with its loopback up; `dir` is made a shared mount if it is
// none. Throws Error; leaves nothing on failure. Returns its path.
std::filesystem::path CreateNetns(const std::filesystem::path& dir, const std::string& name);

// Unmounts and removes it. Succeeds when it is not there (any more), or is a file nobody mounted
// on.
void RemoveNetns(const std::filesystem::path& path);

bool NetnsExists(const std::filesystem::path& path);

// Moves the calling thread there for good: for threads that do nothing else, and end (see
// RunOnFreshThread). Throws Error: NOT_FOUND when there is no such namespace.
void EnterNetns(const std::filesystem::path& path);

// Runs `work` on a new thread that has entered the namespace, waits, and rethrows what it throws.
// The thread is never used again: a thread that moved must not serve anything else. Programs that
// `work` starts live in the namespace too.
void RunInNetns(const std::filesystem::path& path, const std::function<void()>& work);

}  // namespace crimux::vm
