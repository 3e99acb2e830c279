#include "ctl/doctor/host.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <sstream>

#include "base/error.h"
#include "base/file.h"

namespace crimux::ctl {
namespace {

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

std::optional<int> ToPid(const std::string& name) {
  int pid = 0;
  auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  if (error != std::errc() || end != name.data() + name.size()) return std::nullopt;
  return pid;
}

}  // namespace

Host::Host(std::filesystem::path root, std::string path) : root_(std::move(root)) {
  for (const std::string& folder : Split(path, ':')) folders_.emplace_back(folder);
}

std::filesystem::path Host::At(const std::filesystem::path& path) const {
  return root_ / path.relative_path();
}

std::optional<std::string> Host::Read(const std::filesystem::path& path) const {
  try {
    return ReadFile(At(path));
  } catch (const Error&) {
    return std::nullopt;
  }
}

std::vector<std::string> Host::List(const std::filesystem::path& folder) const {
  std::vector<std::string> names;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(At(folder), unreadable)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::filesystem::path Host::FindProgram(const std::string& name) const {
  std::vector<std::filesystem::path> candidates;
  if (name.find('/') != std::string::npos) {
    candidates.emplace_back(name);
  } else {
    for (const auto& folder : folders_) candidates.push_back(folder / name);
  }
  for (const auto& candidate : candidates) {
    if (::access(At(candidate).c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

std::optional<std::string> HostProcess::Flag(const std::string& name) const {
  std::optional<std::string> value;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i].starts_with(name + "=")) value = arguments[i].substr(name.size() + 1);
    if (arguments[i] == name && i + 1 < arguments.size()) value = arguments[i + 1];
  }
  return value;
}

std::vector<HostProcess> FindProcesses(const Host& host, const std::string& program) {
  std::vector<HostProcess> processes;
  for (const std::string& name : host.List("/proc")) {
    std::optional<int> pid = ToPid(name);
    if (!pid) continue;
    auto line = host.Read(std::filesystem::path("/proc") / name / "cmdline");
    if (!line || line->empty()) continue;
    HostProcess process{*pid, Split(*line, '\0')};
    if (std::filesystem::path(process.arguments.front()).filename() == program) {
      processes.push_back(std::move(process));
    }
  }
  std::sort(processes.begin(), processes.end(),
            [](const HostProcess& a, const HostProcess& b) { return a.pid < b.pid; });
  return processes;
}

}  // namespace crimux::ctl
