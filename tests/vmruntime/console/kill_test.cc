#include <atomic>
#include <random>
#include <thread>

#include "tests/vmruntime/console/fixture.h"
#include "tests/vmruntime/console/helper_process.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

// Prints the numbers from 0 on, each in a line of its own, until stopped; some lines come in
// pieces, and some are longer than one entry.
class NumberPrinter {
 public:
  explicit NumberPrinter(const ConsoleLogSpec& spec) : thread_([this, spec] { Run(spec); }) {}
  ~NumberPrinter() { Stop(); }

  // How many numbers were printed.
  size_t Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    return next_;
  }

 private:
  void Run(const ConsoleLogSpec& spec) {
    std::ofstream out(spec.source, std::ios::app | std::ios::binary);
    while (!stop_) {
      std::string text;
      for (int i = 0; i < 200; ++i) {
        std::string padding(next_ % 5000 == 0 ? 40000 : next_ % 50, '.');
        text += std::to_string(next_++) + padding + "\r\n";
      }
      size_t half = text.size() / 2;
      out << text.substr(0, half) << std::flush;
      out << text.substr(half) << std::flush;
      std::this_thread::yield();
    }
  }

  std::atomic<bool> stop_ = false;
  size_t next_ = 0;
  std::thread thread_;
};

// The text of logs, laid end to end, with the lines that were cut joined again.
std::vector<std::string> JoinedLines(const std::vector<fs::path>& logs) {
  std::vector<std::string> lines;
  std::string line;
  for (const fs::path& log : logs) {
    for (const std::string& entry : Entries(log)) {
      line += entry.substr(2);
      if (entry.starts_with("P ")) continue;
      lines.push_back(std::exchange(line, ""));
    }
  }
  return lines;
}

void CheckNumbers(const std::vector<std::string>& lines, size_t count) {
  REQUIRE(lines.size() == count);
  for (size_t i = 0; i < count; ++i) {
    std::string number = std::to_string(i);
    bool is_next = lines[i].starts_with(number) &&
                   lines[i].find_first_not_of('.', number.size()) == std::string::npos;
    if (!is_next) FAIL("line " << i << " is " << lines[i].substr(0, 200));
  }
}

TEST_CASE("every line is in the log exactly once, however often the follower is killed") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  NumberPrinter printer(spec);
  std::mt19937 random(Catch::rngSeed());
  std::uniform_int_distribution<int> microseconds(0, 60'000);
  size_t grew = 0;
  for (int round = 0; round < 40; ++round) {
    auto size_before = fs::exists(spec.log) ? fs::file_size(spec.log) : 0;
    HelperProcess helper(spec);
    // Every fourth is killed while it is still starting and counting.
    if (round % 4 != 0) REQUIRE(helper.IsFollowing());
    std::this_thread::sleep_for(std::chrono::microseconds(microseconds(random)));
    helper.Kill();
    if (fs::exists(spec.log) && fs::file_size(spec.log) > size_before) ++grew;
  }
  size_t count = printer.Stop();
  CHECK(grew >= 20);
  HelperProcess last(spec);
  REQUIRE(last.IsFollowing());
  REQUIRE(last.Finish() == 0);
  CheckNumbers(JoinedLines({spec.log}), count);
}

TEST_CASE("rotations while the follower is dead lose and repeat nothing") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  NumberPrinter printer(spec);
  fs::path rotated = spec.log.string() + ".20260102-030405";
  for (int round = 0; round < 10; ++round) {
    HelperProcess helper(spec);
    REQUIRE(helper.IsFollowing());
    auto size = fs::file_size(fs::exists(spec.log) ? spec.log : rotated);
    REQUIRE(Eventually(
        [&] { return fs::file_size(fs::exists(spec.log) ? spec.log : rotated) > size; }));
    helper.Kill();
    // The kubelet renames, is refused, and renames back; or dies in between.
    if (round % 2 == 0) {
      fs::rename(spec.log, rotated);
    } else {
      fs::rename(rotated, spec.log);
    }
  }
  size_t count = printer.Stop();
  HelperProcess last(spec);
  REQUIRE(last.IsFollowing());
  REQUIRE(last.Finish() == 0);
  CheckNumbers(JoinedLines({spec.log}), count);
}

}  // namespace
}  // namespace crimux::vm
