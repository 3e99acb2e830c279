#pragma once

#include <string>

#include "base/call_context.h"
#include "base/clock.h"
#include "vmruntime/pod/rooms.h"

namespace crimux::vm {

// The containers of VM pods: each is one virtual machine.
//
//            Create              Start              guest powers off, Stop, crash
//   (none) ─────────> CREATED ──────────> RUNNING ──────────────────────────────> EXITED
//      ^  CREATING       │                                                          │
//      └─────────────────┴──────────────────── Remove (REMOVING) <──────────────────┘
//
// CREATING and REMOVING are on disk while files and the domain are made or removed, so that a crash
// in between is seen and finished by Recovery. Any thread; calls block. Throws Error.
class Containers {
 public:
  explicit Containers(const Rooms& rooms) : rooms_(rooms) {}

  // CreateContainer. Throws NOT_FOUND (sandbox, image), FAILED_PRECONDITION (sandbox not READY, or
  // it has its VM already), ALREADY_EXISTS. Nothing is left on failure. Returns the id.
  std::string Create(const runtime::v1::CreateContainerRequest& request);

  // StartContainer. A machine that doesn't start leaves an EXITED container with reason StartError.
  void Start(const std::string& id);

  // StopContainer: asks the guest to power off, again every few seconds since one that is booting
  // may miss it, until `grace` is over; then destroys the machine. Returns when it is EXITED.
  // Succeeds for an id that nobody knows.
  void Stop(const std::string& id, std::chrono::seconds grace, const CallContext& context);

  // RemoveContainer, by force. Succeeds for an id that nobody knows.
  void Remove(const std::string& id);
  // The same while the caller holds the pod's lock.
  void RemoveLocked(const state::ContainerRecord& container);

  // The machine of this container has ended: completes its log, then makes it EXITED. Idempotent.
  void Ended(const std::string& id, MachineEnd end);

  // Goes on with a start that was broken off when QEMU was there and its guest not running yet.
  void ResumeStart(const state::ContainerRecord& container, const state::SandboxRecord& sandbox);

  // The cgroup of a machine that has ended; nothing when there is none.
  void RemoveCgroup(const state::ContainerRecord& container);

  // Goes on with (or starts) turning the container's console into its log.
  void FollowConsole(const state::ContainerRecord& container);

 private:
  state::ContainerRecord NewRecord(const runtime::v1::CreateContainerRequest& request,
                                   const state::SandboxRecord& sandbox);
  void MakeMachine(const state::ContainerRecord& container, const state::SandboxRecord& sandbox);
  void StartMachine(const state::ContainerRecord& container, const state::SandboxRecord& sandbox);
  void TellGuest(const state::ContainerRecord& container, const state::SandboxRecord& sandbox);
  void Destroy(const std::string& id);
  void GiveUpStart(const state::ContainerRecord& container, const std::string& why);
  void ExitAfter(const state::ContainerRecord& container, MachineEnd end);
  // Whether the kernel has killed its QEMU for want of memory.
  bool KernelKilled(const state::ContainerRecord& container) const;
  void Exit(const std::string& id, int exit_code, const std::string& reason,
            const std::string& message);

  Rooms rooms_;
};

}  // namespace crimux::vm
