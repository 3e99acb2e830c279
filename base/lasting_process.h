#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

namespace crimux {

// A program that outlives us, found again by the file that holds its process id. The id is believed
// only when that process has this name and this argument, and `confirm` agrees: after a reboot the
// same number may be anybody.
class LastingProcess {
 public:
  // `name`: as in /proc/<pid>/comm.
  LastingProcess(std::filesystem::path pid_file, std::string name, std::string argument,
                 std::function<bool(int pid)> confirm = nullptr);

  // nullopt: it isn't running.
  std::optional<int> Pid() const;
  // Asks it to end (SIGTERM), kills it when it doesn't within two seconds, waits until it has gone,
  // and removes the file. Succeeds when there is none.
  void Stop() const;

 private:
  std::optional<int> ReadPid() const;
  bool IsIt(int pid) const;

  std::filesystem::path pid_file_;
  std::string name_;
  std::string argument_;
  std::function<bool(int)> confirm_;
};

}  // namespace crimux
