#include "vmruntime/cgroup/processes.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "vmruntime/cgroup/cgroup_files.h"

namespace crimux::vm {
namespace {

void AddChildren(int pid, std::vector<int>& pids) {
  std::error_code gone;
  for (const auto& thread :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), gone)) {
    std::ifstream children(thread.path() / "children");
    for (int child = 0; children >> child;) pids.push_back(child);
  }
}

}  // namespace

std::vector<int> WithDescendants(std::vector<int> pids) {
  for (size_t i = 0; i < pids.size(); ++i) AddChildren(pids[i], pids);
  return pids;
}

void SetOomScore(const std::vector<int>& pids, int64_t score) {
  for (int pid : pids) {
    std::filesystem::path file = fmt::format("/proc/{}/oom_score_adj", pid);
    std::ifstream in(file);
    int64_t now = 0;
    if (!(in >> now) || now == score) continue;
    try {
      CgroupFiles().Write(file, std::to_string(score));
    } catch (const Error& e) {
      spdlog::warn("{}", e.what());
    }
  }
}

}  // namespace crimux::vm
