#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "vmruntime/state/records.pb.h"

namespace crimux::vm {

// The records of sandboxes and containers, in one SQLite database. What a Put or Delete has
// returned from survives a crash of the machine. Any thread; one statement at a time. Throws Error:
// RESOURCE_EXHAUSTED when the disk is full, else INTERNAL.
class RecordStore {
 public:
  // Current version of the records, and of the schema. A database of a later version is refused
  // (FAILED_PRECONDITION) rather than misread.
  static constexpr int kVersion = 1;

  explicit RecordStore(const std::filesystem::path& file);

  void Put(const state::SandboxRecord& record);
  void Put(const state::ContainerRecord& record);
  void DeleteSandbox(const std::string& id);
  void DeleteContainer(const std::string& id);

  std::vector<state::SandboxRecord> Sandboxes();
  std::vector<state::ContainerRecord> Containers();

 private:
  void Write(const char* statement, const std::string& id, const std::string* record);

  const std::filesystem::path file_;
  std::mutex mutex_;
  SQLite::Database database_;  // guarded by mutex_
};

}  // namespace crimux::vm
