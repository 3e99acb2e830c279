#pragma once

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "vmruntime/cgroup/cgroup_files.h"

namespace crimux::vm {

// Ordinary folders that behave as cgroup v2 does: new ones have the files of those controllers that
// the folder around them hands down, a process is in one of them, and what is in use stays.
class FakeCgroupV2 : public CgroupFiles {
 public:
  explicit FakeCgroupV2(std::filesystem::path root) : root_(std::move(root)) {
    std::filesystem::create_directories(root_);
    Put(root_ / "cgroup.controllers", "cpuset cpu memory pids hugetlb");
    Put(root_ / "cgroup.subtree_control", "");
    Put(root_ / "cgroup.procs", "");
  }

  bool Make(const std::filesystem::path& folder) override {
    if (!CgroupFiles::Make(folder)) return false;
    const std::string handed = ReadFile(folder.parent_path() / "cgroup.subtree_control");
    Put(folder / "cgroup.controllers", handed);
    Put(folder / "cgroup.subtree_control", "");
    Put(folder / "cgroup.procs", "");
    for (const std::string& controller : Words(handed)) MakeFiles(folder, controller);
    return true;
  }

  bool Remove(const std::filesystem::path& folder) override {
    if (!std::filesystem::exists(folder)) return true;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.is_directory()) return false;
    }
    if (!Words(ReadFile(folder / "cgroup.procs")).empty()) return false;
    std::filesystem::remove_all(folder);
    return true;
  }

  void Write(const std::filesystem::path& file, const std::string& value) override {
    if (refused.contains(file.filename()) || refused.contains(file)) {
      throw Error(grpc::StatusCode::INVALID_ARGUMENT, "write " + value + " to", file.string(),
                  "refused");
    }
    if (!std::filesystem::exists(file)) throw SystemError(ENOENT, "open", file.string());
    if (file.filename() == "cgroup.procs") return MoveProcess(file, value);
    if (file.filename() == "cgroup.subtree_control") return HandDown(file, value);
    Put(file, value);
  }

  // A process has ended.
  static void Leave(const std::filesystem::path& root, const std::string& pid) {
    std::error_code gone;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root, gone)) {
      if (entry.path().filename() == "cgroup.procs") Drop(entry.path(), pid);
    }
  }
  static void Put(const std::filesystem::path& file, const std::string& text) {
    std::ofstream(file) << text;
  }
  static std::vector<std::string> Words(const std::string& text) {
    std::istringstream in(text);
    return {std::istream_iterator<std::string>(in), {}};
  }

  // Names of files whose values the kernel doesn't take.
  std::set<std::string> refused;

 private:
  static void MakeFiles(const std::filesystem::path& folder, const std::string& controller) {
    static const std::map<std::string, std::vector<std::pair<std::string, std::string>>> kFiles{
        {"cpu", {{"cpu.weight", "100"}, {"cpu.max", "max 100000"}}},
        {"cpuset", {{"cpuset.cpus", ""}, {"cpuset.mems", ""}}},
        {"memory",
         {{"memory.max", "max"},
          {"memory.high", "max"},
          {"memory.current", "0"},
          {"memory.stat", "anon 0\nfile 0\nshmem 0\n"},
          {"memory.events", "low 0\nhigh 0\nmax 0\noom 0\noom_kill 0\n"}}},
        {"hugetlb", {{"hugetlb.2MB.max", "max"}}}};
    auto found = kFiles.find(controller);
    if (found == kFiles.end()) return;
    for (const auto& [name, value] : found->second) Put(folder / name, value);
  }

  void MoveProcess(const std::filesystem::path& file, const std::string& pid) {
    if (!Words(ReadFile(file.parent_path() / "cgroup.subtree_control")).empty() &&
        file.parent_path() != root_) {
      throw SystemError(EBUSY, "write", file.string());
    }
    Leave(root_, pid);
    Put(file, ReadFile(file) + pid + "\n");
  }

  static void Drop(const std::filesystem::path& file, const std::string& pid) {
    std::string rest;
    for (const std::string& other : Words(ReadFile(file))) {
      if (other != pid) rest += other + "\n";
    }
    Put(file, rest);
  }

  static void HandDown(const std::filesystem::path& file, const std::string& change) {
    Put(file, ReadFile(file) + " " + change.substr(1));
  }

  std::filesystem::path root_;
};

}  // namespace crimux::vm
