#include "vmruntime/stats/process_figures.h"

#include <unistd.h>

#include <ctime>

#include "base/clock.h"
#include "vmruntime/stats/key_values.h"

namespace crimux::vm {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// Of /proc/PID/stat, behind the name in parentheses, which may hold anything: "S 1 …", so that
// number n of proc(5) is at n - 3.
uint64_t StatField(const std::vector<std::string_view>& words, size_t number) {
  if (words.size() <= number - 3) return 0;
  return ParseNumber<uint64_t>(words[number - 3]).value_or(0);
}

std::optional<uint64_t> ProcessClock(int pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    return std::nullopt;
  }
  return static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

std::optional<MachineFigures> ReadProcessFigures(const std::filesystem::path& proc, int pid) {
  const std::filesystem::path folder = proc / std::to_string(pid);
  MachineFigures figures{.time = Now()};
  std::optional<std::string> stat = ReadSmallFile(folder / "stat");
  std::optional<std::string> status = ReadSmallFile(folder / "status");
  size_t name_end = stat ? stat->rfind(')') : std::string::npos;
  if (name_end == std::string::npos || !status) return std::nullopt;
  std::vector<std::string_view> words = Split(std::string_view(*stat).substr(name_end + 1), ' ');
  if (words.empty() || words[0] == "Z" || words[0] == "X") return std::nullopt;
  figures.page_faults = StatField(words, 10);
  figures.major_page_faults = StatField(words, 12);
  figures.tasks = StatField(words, 20);
  uint64_t ticks = StatField(words, 14) + StatField(words, 15);
  figures.cpu = ticks * (kSecond / static_cast<uint64_t>(::sysconf(_SC_CLK_TCK)));
  if (proc == "/proc") figures.cpu = ProcessClock(pid).value_or(figures.cpu);
  uint64_t resident = 0;
  uint64_t anonymous = 0;
  uint64_t shared = 0;
  PickNumbers(*status, {{"VmRSS", &resident},
                        {"RssAnon", &anonymous},
                        {"RssShmem", &shared},
                        {"VmSwap", &figures.swap}});
  figures.usage = resident * 1024;
  figures.working_set = figures.usage;
  figures.rss = (anonymous + shared) * 1024;
  figures.swap *= 1024;
  return figures;
}

}  // namespace crimux::vm
