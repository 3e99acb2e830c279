#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace crimux::ctl {

// The machine that is looked at: its file system, which may be mounted below a root of its own.
class Host {
 public:
  // `path` is where programs are looked for, as in PATH.
  Host(std::filesystem::path root, std::string path);

  // Where a file of the host is for us.
  std::filesystem::path At(const std::filesystem::path& path) const;
  // Nothing when it can't be read.
  std::optional<std::string> Read(const std::filesystem::path& path) const;
  // The names in a folder, sorted; none when it can't be read.
  std::vector<std::string> List(const std::filesystem::path& folder) const;
  // Where a program is, or empty. `name` may be a path.
  std::filesystem::path FindProgram(const std::string& name) const;

 private:
  std::filesystem::path root_;
  std::vector<std::filesystem::path> folders_;
};

// A process, by its command line.
struct HostProcess {
  int pid = 0;
  std::vector<std::string> arguments;

  // The value of a flag, "--name=value" or "--name value"; the last one counts.
  std::optional<std::string> Flag(const std::string& name) const;
};

// Processes whose program has that name, in the order of their ids.
std::vector<HostProcess> FindProcesses(const Host& host, const std::string& program);

}  // namespace crimux::ctl
