#include "proxy/lists/list_store.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <system_error>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "proxy/lists/fingerprint.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr uint32_t kVersion = 1;

std::string BootId() {
  try {
    return ReadFile("/proc/sys/kernel/random/boot_id");
  } catch (const Error&) {
    return "";
  }
}

bool OutlivesBoot(const StoredList& list) {
  return list.method() == "ListImages" || list.method() == "ImageFsInfo";
}

// The file's content, if it is one of ours. A damaged one is reported and passed over: the next
// write replaces it.
std::optional<StoredLists> Read(const fs::path& file) {
  std::error_code error;
  if (!fs::exists(file, error)) return std::nullopt;
  try {
    StoredLists lists;
    if (lists.ParseFromString(ReadFile(file)) && lists.version() == kVersion) return lists;
    spdlog::warn("last known lists in {} can't be read: not of this version, or damaged",
                 file.string());
  } catch (const Error& e) {
    spdlog::warn("last known lists: {}", e.what());
  }
  return std::nullopt;
}

}  // namespace

ListStore::ListStore(fs::path folder, milliseconds interval)
    : folder_(std::move(folder)), interval_(interval), thread_([this] { Run(); }) {}

ListStore::~ListStore() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

StoredLists ListStore::Load(const std::string& runtime, const std::string& endpoint) {
  if (IsRemoved(runtime)) return {};
  auto stored = Read(FileOf(runtime));
  if (!stored || stored->runtime() != runtime || stored->endpoint() != endpoint) return {};
  bool same_boot = stored->boot_id() == BootId();
  StoredLists lists;
  std::lock_guard lock(mutex_);
  Entry& entry = entries_[runtime];
  entry.endpoint = endpoint;
  for (const StoredList& list : stored->lists()) {
    const Method* method = FindMethodNamed(list.method());
    if (method == nullptr || (!same_boot && !OutlivesBoot(list))) continue;
    std::chrono::system_clock::time_point taken(milliseconds(list.taken_unix_ms()));
    entry.answers.try_emplace(method->name, Answer{ToBuffer(list.response()), taken});
    *lists.add_lists() = list;
  }
  return lists;
}

bool ListStore::IsRemoved(const std::string& runtime) {
  std::lock_guard lock(mutex_);
  return removed_.contains(runtime);
}

void ListStore::Save(const std::string& runtime, const std::string& endpoint, const Method& list,
                     const grpc::ByteBuffer& answer, std::chrono::system_clock::time_point taken) {
  std::lock_guard lock(mutex_);
  Entry& entry = entries_[runtime];
  entry.endpoint = endpoint;
  entry.answers[list.name] = {answer, taken};
  // What only measures changes all the time, and is written along with the others.
  if (list.traits.teaches && unwritten_.insert(runtime).second) changed_.notify_all();
}

void ListStore::Remove(const std::string& runtime) {
  std::lock_guard lock(mutex_);
  entries_.erase(runtime);
  unwritten_.erase(runtime);
  removed_.insert(runtime);
  changed_.notify_all();
}

void ListStore::Run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || !unwritten_.empty() || !removed_.empty(); });
    WriteChanged(lock);
    RemoveFiles(lock);
    changed_.wait_for(lock, interval_, [this] { return stopping_; });
  }
  WriteChanged(lock);
  RemoveFiles(lock);
}

// Without the lock while it parses and writes.
void ListStore::WriteChanged(std::unique_lock<std::mutex>& lock) {
  for (const std::string& runtime : std::exchange(unwritten_, {})) {
    Entry entry = entries_[runtime];
    lock.unlock();
    std::map<std::string_view, uint64_t> lists;
    for (const auto& [method, answer] : entry.answers) {
      const Method& list = MethodNamed(method);
      if (list.traits.teaches) lists[method] = Fingerprint(list, answer.bytes);
    }
    bool written = lists == entry.written || Write(runtime, entry);
    lock.lock();
    auto at = entries_.find(runtime);
    if (at == entries_.end()) {
      removed_.insert(runtime);
      continue;
    }
    if (written) at->second.written = std::move(lists);
    if (!written) unwritten_.insert(runtime);
  }
}

// Without the lock, too. What has come back meanwhile will be written over.
void ListStore::RemoveFiles(std::unique_lock<std::mutex>& lock) {
  for (const std::string& runtime : std::set<std::string>(removed_)) {
    bool is_back = entries_.contains(runtime);
    lock.unlock();
    std::error_code error;
    if (!is_back) fs::remove(FileOf(runtime), error);
    if (error) spdlog::warn("remove {}: {}", FileOf(runtime).string(), error.message());
    lock.lock();
    removed_.erase(runtime);
  }
}

bool ListStore::Write(const std::string& runtime, const Entry& entry) {
  StoredLists lists;
  lists.set_version(kVersion);
  lists.set_runtime(runtime);
  lists.set_endpoint(entry.endpoint);
  lists.set_boot_id(BootId());
  for (const auto& [method, answer] : entry.answers) {
    StoredList* list = lists.add_lists();
    list->set_method(std::string(method));
    list->set_taken_unix_ms(
        std::chrono::duration_cast<milliseconds>(answer.taken.time_since_epoch()).count());
    Flat bytes(answer.bytes);
    list->set_response(bytes.view().data(), bytes.view().size());
  }
  try {
    fs::create_directories(folder_);
    WriteFileAtomically(FileOf(runtime), lists.SerializeAsString());
    failed_ = false;
    return true;
  } catch (const std::exception& e) {
    if (!std::exchange(failed_, true)) {
      spdlog::warn("last known lists are not on disk, tried again and again: {}", e.what());
    }
    return false;
  }
}

fs::path ListStore::FileOf(const std::string& runtime) const {
  return folder_ / (runtime + ".lists");
}

}  // namespace crimux::proxy
