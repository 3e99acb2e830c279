#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/call_context.h"
#include "vmruntime/pod/pod_events.h"
#include "vmruntime/state/record_store.h"

namespace crimux::vm {

// All pods and containers of this runtime, in memory and, before that, in the database: whoever
// sees a change here will see it after a crash as well. Any thread. Ids may be given in full or as
// a prefix that only one has, as container runtimes accept them.
class Registry {
 public:
  using SandboxRecord = state::SandboxRecord;
  using ContainerRecord = state::ContainerRecord;

  // Loads what the store holds.
  explicit Registry(RecordStore& store);

  // Throws ALREADY_EXISTS when a sandbox has the same metadata.
  void Add(const SandboxRecord& sandbox);
  // Throws ALREADY_EXISTS when the sandbox has a container of that name and attempt.
  void Add(const ContainerRecord& container);

  std::optional<SandboxRecord> FindSandbox(const std::string& id) const;
  std::optional<ContainerRecord> FindContainer(const std::string& id) const;
  // The same, but throws NOT_FOUND with `operation` in the message.
  SandboxRecord GetSandbox(const std::string& id, std::string_view operation) const;
  ContainerRecord GetContainer(const std::string& id, std::string_view operation) const;

  std::vector<SandboxRecord> Sandboxes() const;
  std::vector<ContainerRecord> Containers() const;
  std::vector<ContainerRecord> ContainersOf(const std::string& sandbox_id) const;
  // Whether a container's root disk lies over this image.
  bool UsesImage(const std::string& digest) const;

  // Changes one record (full id); `change` runs under the lock and returns false to leave all as it
  // is. Returns whether something was changed; false too for an id that has gone.
  bool UpdateSandbox(const std::string& id, const std::function<bool(SandboxRecord&)>& change);
  bool UpdateContainer(const std::string& id, const std::function<bool(ContainerRecord&)>& change);

  // Erasing what is CREATING undoes it, and is no event.
  void EraseSandbox(const std::string& id);
  void EraseContainer(const std::string& id);

  // Waits until the container isn't RUNNING (or has gone). False when `until` passes or `cancelled`
  // stops before.
  bool WaitForEnd(const std::string& id, std::chrono::steady_clock::time_point until,
                  const std::stop_token& cancelled) const;

  // Each change of state, in the order in which they happen.
  PodEvents& events() { return events_; }

 private:
  // The caller holds mutex_.
  void Publish(PodEventType type, const std::string& id, const SandboxRecord& sandbox);
  void PublishOfContainer(PodEventType type, const ContainerRecord& container);

  RecordStore& store_;
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  std::map<std::string, SandboxRecord> sandboxes_;     // guarded by mutex_
  std::map<std::string, ContainerRecord> containers_;  // guarded by mutex_
  PodEvents events_;
};

}  // namespace crimux::vm
