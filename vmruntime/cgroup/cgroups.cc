#include "vmruntime/cgroup/cgroups.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/rollback.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

// How long Remove waits for processes that were killed.
constexpr std::chrono::seconds kRemovePatience{2};

fs::path Below(const fs::path& top, const fs::path& cgroup) { return top / cgroup.relative_path(); }

std::string Trimmed(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

// The number behind `key` in a file of lines "key number"; 0 when there is none.
uint64_t NumberOf(const fs::path& file, const std::string& key) {
  if (!fs::exists(file)) return 0;
  std::istringstream lines(ReadFile(file));
  std::string name;
  for (uint64_t number = 0; lines >> name >> number;) {
    if (name == key) return number;
  }
  return 0;
}

bool Lives(int pid) { return fs::exists(fmt::format("/proc/{}", pid)); }

// More memory first, then more memory and swap; v1 keeps the second above the first at all times.
void OrderMemory(std::vector<CgroupSetting>& settings, const fs::path& folder) {
  auto memory = std::ranges::find(settings, "memory.limit_in_bytes", &CgroupSetting::file);
  auto both = std::ranges::find(settings, "memory.memsw.limit_in_bytes", &CgroupSetting::file);
  if (memory == settings.end() || both == settings.end()) return;
  fs::path file = folder / "memory.memsw.limit_in_bytes";
  if (!fs::exists(file)) return;
  uint64_t now = std::stoull(ReadFile(file));
  if (memory->value == "-1" || std::stoull(memory->value) > now) std::swap(*memory, *both);
}

}  // namespace

Cgroups::Cgroups(const fs::path& root, CgroupFiles& files)
    : hierarchies_(FindHierarchies(root)), files_(files) {}

std::optional<fs::path> Cgroups::Folder(const fs::path& cgroup,
                                        const std::string& controller) const {
  auto found = hierarchies_.controllers.find(controller);
  if (found == hierarchies_.controllers.end()) return std::nullopt;
  return Below(found->second, cgroup);
}

std::vector<fs::path> Cgroups::Missing(const fs::path& cgroup) const {
  std::vector<fs::path> missing;
  fs::path path = "/";
  for (const fs::path& part : cgroup.relative_path()) {
    path /= part;
    bool whole = std::ranges::all_of(hierarchies_.tops,
                                     [&](const auto& top) { return fs::exists(Below(top, path)); });
    bool nowhere = std::ranges::none_of(
        hierarchies_.tops, [&](const auto& top) { return fs::exists(Below(top, path)); });
    // One that others have made in some hierarchies is theirs.
    if (!whole && nowhere) missing.push_back(path);
  }
  return missing;
}

void Cgroups::Make(const fs::path& cgroup) {
  if (hierarchies_.tops.empty()) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "make cgroup", cgroup.string(),
                "no cgroups are mounted");
  }
  for (const fs::path& top : hierarchies_.tops) MakeIn(top, cgroup);
}

void Cgroups::MakeIn(const fs::path& top, const fs::path& cgroup) {
  fs::path folder = top;
  for (const fs::path& part : cgroup.relative_path()) {
    if (hierarchies_.version == 2) EnableControllers(folder);
    folder /= part;
    bool ours = files_.Make(folder) || folder == Below(top, cgroup);
    bool has_cpuset = hierarchies_.version == 1 && fs::exists(folder / "cpuset.cpus");
    if (ours && has_cpuset) InheritCpuset(folder);
  }
}

// A cgroup of v2 has the controllers that the one around it hands down.
void Cgroups::EnableControllers(const fs::path& folder) {
  std::istringstream names(ReadFile(folder / "cgroup.controllers"));
  std::istringstream handed(ReadFile(folder / "cgroup.subtree_control"));
  std::vector<std::string> down{std::istream_iterator<std::string>(handed), {}};
  for (std::string name; names >> name;) {
    if (std::ranges::count(down, name) > 0) continue;
    try {
      files_.Write(folder / "cgroup.subtree_control", "+" + name);
    } catch (const Error& e) {
      // Whoever needs it will be told that it isn't there.
      spdlog::debug("{}", e.what());
    }
  }
}

// An empty cpuset of v1 takes no process.
void Cgroups::InheritCpuset(const fs::path& folder) {
  for (const char* file : {"cpuset.cpus", "cpuset.mems"}) {
    if (!Trimmed(ReadFile(folder / file)).empty()) continue;
    files_.Write(folder / file, Trimmed(ReadFile(folder.parent_path() / file)));
  }
}

std::vector<CgroupSetting> Cgroups::Settings(const fs::path& cgroup,
                                             const CgroupLimits& limits) const {
  if (hierarchies_.version == 2) return SettingsV2(limits);
  std::vector<CgroupSetting> settings = SettingsV1(limits);
  if (auto folder = Folder(cgroup, "memory")) OrderMemory(settings, *folder);
  return settings;
}

std::optional<fs::path> Cgroups::FileFor(const fs::path& cgroup,
                                         const CgroupSetting& setting) const {
  auto folder = Folder(cgroup, setting.controller);
  if (folder && fs::exists(*folder / setting.file)) return *folder / setting.file;
  if (setting.optional) return std::nullopt;
  throw Error(grpc::StatusCode::FAILED_PRECONDITION, "set " + setting.file + " of cgroup",
              cgroup.string(), "this node has no controller " + setting.controller + " for it");
}

void Cgroups::Set(const fs::path& cgroup, const CgroupLimits& limits) {
  std::vector<std::pair<fs::path, std::string>> writes;
  for (const CgroupSetting& setting : Settings(cgroup, limits)) {
    if (auto file = FileFor(cgroup, setting)) writes.emplace_back(*file, setting.value);
  }
  Rollback rollback;
  for (const auto& [file, value] : writes) {
    std::string before = Trimmed(ReadFile(file));
    if (before == value) continue;
    files_.Write(file, value);
    rollback.Add(file.string(), [this, path = file, before] { files_.Write(path, before); });
  }
  rollback.Commit();
}

void Cgroups::Move(const fs::path& cgroup, const std::vector<int>& pids) {
  for (const fs::path& top : hierarchies_.tops) {
    for (int pid : pids) {
      try {
        files_.Write(Below(top, cgroup) / "cgroup.procs", std::to_string(pid));
      } catch (const Error&) {
        if (Lives(pid)) throw;
      }
    }
  }
}

bool Cgroups::Remove(const fs::path& cgroup) {
  auto until = steady_clock::now() + kRemovePatience;
  bool gone = true;
  for (const fs::path& top : hierarchies_.tops) {
    bool removed = files_.Remove(Below(top, cgroup));
    while (!removed && steady_clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      removed = files_.Remove(Below(top, cgroup));
    }
    gone = gone && removed;
  }
  return gone;
}

uint64_t Cgroups::OomKills(const fs::path& cgroup) const {
  auto folder = Folder(cgroup, "memory");
  if (!folder) return 0;
  return NumberOf(*folder / (version() == 2 ? "memory.events" : "memory.oom_control"), "oom_kill");
}

std::optional<uint64_t> Cgroups::MemoryLimit(const fs::path& cgroup) const {
  // v1's word for no limit is the largest number of whole pages.
  constexpr uint64_t kMost = 1ULL << 62;
  auto folder = Folder(cgroup, "memory");
  if (!folder) return std::nullopt;
  fs::path file = *folder / (version() == 2 ? "memory.max" : "memory.limit_in_bytes");
  if (!fs::exists(file)) return std::nullopt;
  std::string text = Trimmed(ReadFile(file));
  if (text == "max" || text.empty()) return std::nullopt;
  uint64_t limit = std::stoull(text);
  return limit < kMost ? std::optional(limit) : std::nullopt;
}

// memory.stat counts shared memory, which is the guest's RAM with virtiofs, among files.
std::optional<uint64_t> Cgroups::MemoryHeld(const fs::path& cgroup) const {
  auto folder = Folder(cgroup, "memory");
  if (version() == 1 || !folder || !fs::exists(*folder / "memory.current")) return std::nullopt;
  uint64_t all = std::stoull(ReadFile(*folder / "memory.current"));
  uint64_t files = NumberOf(*folder / "memory.stat", "file");
  uint64_t shared = std::min(files, NumberOf(*folder / "memory.stat", "shmem"));
  return all - std::min(all, files - shared);
}

}  // namespace crimux::vm
