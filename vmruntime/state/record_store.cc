#include "vmruntime/state/record_store.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include "base/error.h"

namespace crimux::vm {
namespace {

Error DatabaseError(const SQLite::Exception& e, const std::filesystem::path& file) {
  bool full = e.getErrorCode() == SQLITE_FULL;
  return {full ? grpc::StatusCode::RESOURCE_EXHAUSTED : grpc::StatusCode::INTERNAL,
          "use state database", file.string(), e.what()};
}

SQLite::Database Open(const std::filesystem::path& file) {
  try {
    return SQLite::Database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  } catch (const SQLite::Exception& e) {
    throw DatabaseError(e, file);
  }
}

void Migrate(SQLite::Database& database, const std::filesystem::path& file) {
  int version = database.execAndGet("PRAGMA user_version").getInt();
  if (version > RecordStore::kVersion) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "use state database", file.string(),
                fmt::format("it has version {}, written by a later crimux; this one reads {}",
                            version, RecordStore::kVersion));
  }
  database.exec("PRAGMA journal_mode = WAL");
  database.exec("PRAGMA synchronous = FULL");
  database.exec(
      "CREATE TABLE IF NOT EXISTS sandboxes (id TEXT PRIMARY KEY, record BLOB NOT NULL);"
      "CREATE TABLE IF NOT EXISTS containers (id TEXT PRIMARY KEY, record BLOB NOT NULL);");
  database.exec(fmt::format("PRAGMA user_version = {}", RecordStore::kVersion));
}

template <typename Record>
std::vector<Record> ReadAll(SQLite::Database& database, const char* query) {
  std::vector<Record> records;
  SQLite::Statement statement(database, query);
  while (statement.executeStep()) {
    SQLite::Column blob = statement.getColumn(1);
    Record record;
    if (record.ParseFromArray(blob.getBlob(), blob.getBytes())) {
      records.push_back(std::move(record));
    } else {
      spdlog::error("state database: the record of {} is unreadable",
                    statement.getColumn(0).getString());
    }
  }
  return records;
}

}  // namespace

RecordStore::RecordStore(const std::filesystem::path& file) : file_(file), database_(Open(file)) {
  try {
    Migrate(database_, file);
  } catch (const SQLite::Exception& e) {
    throw DatabaseError(e, file);
  }
}

void RecordStore::Write(const char* statement, const std::string& id, const std::string* record) {
  std::lock_guard lock(mutex_);
  try {
    SQLite::Statement query(database_, statement);
    query.bind(1, id);
    if (record != nullptr) query.bind(2, record->data(), static_cast<int>(record->size()));
    query.exec();
  } catch (const SQLite::Exception& e) {
    throw DatabaseError(e, file_);
  }
}

void RecordStore::Put(const state::SandboxRecord& record) {
  std::string bytes = record.SerializeAsString();
  Write("INSERT OR REPLACE INTO sandboxes (id, record) VALUES (?, ?)", record.id(), &bytes);
}

void RecordStore::Put(const state::ContainerRecord& record) {
  std::string bytes = record.SerializeAsString();
  Write("INSERT OR REPLACE INTO containers (id, record) VALUES (?, ?)", record.id(), &bytes);
}

void RecordStore::DeleteSandbox(const std::string& id) {
  Write("DELETE FROM sandboxes WHERE id = ?", id, nullptr);
}

void RecordStore::DeleteContainer(const std::string& id) {
  Write("DELETE FROM containers WHERE id = ?", id, nullptr);
}

std::vector<state::SandboxRecord> RecordStore::Sandboxes() {
  std::lock_guard lock(mutex_);
  return ReadAll<state::SandboxRecord>(database_, "SELECT id, record FROM sandboxes");
}

std::vector<state::ContainerRecord> RecordStore::Containers() {
  std::lock_guard lock(mutex_);
  return ReadAll<state::ContainerRecord>(database_, "SELECT id, record FROM containers");
}

}  // namespace crimux::vm
