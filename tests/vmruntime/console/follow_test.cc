#include <sys/stat.h>

#include <atomic>
#include <thread>

#include "base/error.h"
#include "tests/vmruntime/console/fixture.h"
#include "vmruntime/console/file_console_logs.h"

namespace crimux::vm {
namespace {

using Strings = std::vector<std::string>;
using std::chrono::milliseconds;
namespace fs = std::filesystem;

TEST_CASE("a console is in its log soon, whether or not the source is there at first") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  FileConsoleLogs logs;
  SECTION("there") { Print(spec, ""); }
  SECTION("not there") {}
  logs.Follow(spec);
  Print(spec, "one\n");
  CHECK(Eventually([&] { return Entries(spec.log) == Strings{"F one"}; }));
  Print(spec, "two\nlogin: ");
  CHECK(Eventually([&] { return Entries(spec.log) == Strings{"F one", "F two"}; }));
  logs.Finish(spec.container_id);
  CHECK(Entries(spec.log) == Strings{"F one", "F two", "P login: "});
}

TEST_CASE("a source that was moved into place is found too") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  FileConsoleLogs logs;
  logs.Follow(spec);
  WriteFileAtomically(dir.path() / "elsewhere", "one\n");
  fs::rename(dir.path() / "elsewhere", spec.source);
  CHECK(Eventually([&] { return Entries(spec.log) == Strings{"F one"}; }));
}

TEST_CASE("finishing returns only when a large rest is in the log") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + "\n";
  FileConsoleLogs logs;
  logs.Follow(spec);
  Print(spec, text);
  logs.Finish(spec.container_id);
  auto entries = Entries(spec.log);
  REQUIRE(entries.size() == 200'000);
  CHECK(entries.back() == "F 199999");
}

TEST_CASE("what isn't followed is finished and forgotten without effect, but not reopened") {
  FileConsoleLogs logs;
  logs.Finish("nobody");
  logs.Forget("nobody");
  try {
    logs.Reopen("nobody");
    FAIL("no error");
  } catch (const Error& e) {
    CHECK(e.code() == grpc::StatusCode::FAILED_PRECONDITION);
  }
}

TEST_CASE("finishing a VM that never printed leaves an empty log") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  FileConsoleLogs logs;
  logs.Follow(spec);
  logs.Finish(spec.container_id);
  CHECK(Entries(spec.log).empty());
}

TEST_CASE("a forgotten console is written no more and can be followed again") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  FileConsoleLogs logs;
  logs.Follow(spec);
  Print(spec, "one\n");
  REQUIRE(Eventually([&] { return Entries(spec.log) == Strings{"F one"}; }));
  logs.Forget(spec.container_id);
  CHECK_THROWS_AS(logs.Reopen(spec.container_id), Error);
  Print(spec, "two\n");
  logs.Follow(spec);
  logs.Follow(spec);  // no effect
  logs.Finish(spec.container_id);
  CHECK(Entries(spec.log) == Strings{"F one", "F two"});
}

TEST_CASE("a log folder that cannot be used is an error, and nothing is followed") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  WriteFileAtomically(spec.log.parent_path(), "a file");
  FileConsoleLogs logs;
  CHECK_THROWS_AS(logs.Follow(spec), Error);
  CHECK_THROWS_AS(logs.Reopen(spec.container_id), Error);
}

TEST_CASE("rotations while a VM prints lose and repeat nothing") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  FileConsoleLogs logs;
  logs.Follow(spec);
  std::atomic<bool> stop = false;
  size_t count = 0;
  std::thread printer([&] {
    for (; !stop; ++count) Print(spec, std::to_string(count) + "\n");
  });
  Strings entries;
  for (int i = 0; i < 20; ++i) {
    CHECK(Eventually([&] { return fs::file_size(spec.log) > 0; }));
    fs::path rotated = spec.log.string() + "." + std::to_string(i);
    fs::rename(spec.log, rotated);
    logs.Reopen(spec.container_id);
    auto part = Entries(rotated);
    entries.insert(entries.end(), part.begin(), part.end());
    CHECK(fs::exists(spec.log));
  }
  stop = true;
  printer.join();
  logs.Finish(spec.container_id);
  auto part = Entries(spec.log);
  entries.insert(entries.end(), part.begin(), part.end());
  REQUIRE(entries.size() == count);
  for (size_t i = 0; i < count; ++i) REQUIRE(entries[i] == "F " + std::to_string(i));
}

size_t InotifyInstances() {
  size_t count = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (fs::read_symlink(entry, gone) == "anon_inode:inotify") ++count;
  }
  return count;
}

TEST_CASE("two hundred consoles are followed with one inotify instance") {
  TemporaryDir dir;
  FileConsoleLogs logs;
  std::vector<ConsoleLogSpec> specs;
  for (int i = 0; i < 200; ++i) specs.push_back(SpecIn(dir.path(), "c" + std::to_string(i)));
  for (const auto& spec : specs) logs.Follow(spec);
  for (const auto& spec : specs) Print(spec, spec.container_id + "\n");
  for (const auto& spec : specs) {
    CHECK(Eventually([&] { return Entries(spec.log) == Strings{"F " + spec.container_id}; }));
  }
  CHECK(InotifyInstances() == 1);
  for (const auto& spec : specs) Print(spec, "end");
  for (const auto& spec : specs) logs.Finish(spec.container_id);
  for (const auto& spec : specs) {
    CHECK(Entries(spec.log) == Strings{"F " + spec.container_id, "P end"});
  }
}

TEST_CASE("a quiet VM doesn't wait for a chatty one") {
  TemporaryDir dir;
  ConsoleLogSpec chatty = SpecIn(dir.path(), "chatty");
  ConsoleLogSpec quiet = SpecIn(dir.path(), "quiet");
  Print(quiet, "");
  FileConsoleLogs logs;
  logs.Follow(quiet);
  // One-byte lines are the most work per byte.
  Print(chatty, std::string(24U << 20, '\n'));
  logs.Follow(chatty);
  Print(quiet, "hello\n");
  REQUIRE(Eventually([&] { return Entries(quiet.log) == Strings{"F hello"}; }));
  // An entry of the chatty one takes 41 bytes; all of them would take this much.
  CHECK(fs::file_size(chatty.log) < (24ULL << 20) * 41);
  logs.Forget(chatty.container_id);
}

}  // namespace
}  // namespace crimux::vm
