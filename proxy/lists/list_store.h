#pragma once

#include <grpcpp/support/byte_buffer.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>

#include "proxy/lists/stored_lists.pb.h"
#include "proxy/method_table.h"

namespace crimux::proxy {

// The runtimes' last known lists on disk, one file each, so that a crimuxd that starts while a
// runtime is away has them. A thread of its own writes them: atomically, at most once in an
// interval, and only when what they list has changed. A folder that can't be written costs a
// warning, nothing else.
class ListStore {
 public:
  explicit ListStore(std::filesystem::path folder,
                     std::chrono::milliseconds interval = std::chrono::seconds(3));
  ListStore(const ListStore&) = delete;
  ListStore& operator=(const ListStore&) = delete;
  // Writes what is still to be written.
  ~ListStore();

  // What is there of a runtime. Nothing when the file is absent, damaged, or another endpoint's;
  // from before the machine's last boot only images, since sandboxes and containers didn't outlive
  // it. What is loaded stays in the file until the runtime's own answers replace it.
  StoredLists Load(const std::string& runtime, const std::string& endpoint);

  // Will be written, unless it lists just what is there. Any thread; costs a lock and a reference.
  void Save(const std::string& runtime, const std::string& endpoint, const Method& list,
            const grpc::ByteBuffer& answer, std::chrono::system_clock::time_point taken);

  // Its file goes soon, and counts as gone from here on. Any thread.
  void Remove(const std::string& runtime);

 private:
  struct Answer {
    grpc::ByteBuffer bytes;
    std::chrono::system_clock::time_point taken;
  };
  struct Entry {
    std::string endpoint;
    std::map<std::string_view, Answer> answers;
    // The fingerprints of the lists that are on disk, by method.
    std::map<std::string_view, uint64_t> written;
  };

  void Run();
  void WriteChanged(std::unique_lock<std::mutex>& lock);
  bool Write(const std::string& runtime, const Entry& entry);
  void RemoveFiles(std::unique_lock<std::mutex>& lock);
  bool IsRemoved(const std::string& runtime);
  std::filesystem::path FileOf(const std::string& runtime) const;

  const std::filesystem::path folder_;
  const std::chrono::milliseconds interval_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::map<std::string, Entry> entries_;
  std::set<std::string> unwritten_;
  std::set<std::string> removed_;
  bool stopping_ = false;
  bool failed_ = false;
  std::thread thread_;
};

}  // namespace crimux::proxy
