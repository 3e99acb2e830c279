#include <sys/mount.h>

#include "base/error.h"
#include "tests/vmruntime/console/fixture.h"
#include "vmruntime/console/file_console_logs.h"

namespace crimux::vm {
namespace {

using std::chrono::milliseconds;
namespace fs = std::filesystem;

// A file system of 256 KiB under `path`, as long as this lives.
class TinyDisk {
 public:
  explicit TinyDisk(const fs::path& path) : path_(path) {
    fs::create_directories(path);
    REQUIRE(::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=256k") == 0);
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  ~TinyDisk() { ::umount2(path_.c_str(), MNT_DETACH); }

  // Leaves no room, or all of it again.
  void Fill() { std::ofstream(path_ / "filler") << std::string(1U << 20, 'x'); }
  void Free() { fs::remove(path_ / "filler"); }

 private:
  fs::path path_;
};

std::string Numbers(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) text += std::to_string(i) + "\n";
  return text;
}

void CheckLogNumbers(const fs::path& log, size_t count) {
  auto entries = Entries(log);
  REQUIRE(entries.size() == count);
  for (size_t i = 0; i < count; ++i) REQUIRE(entries[i] == "F " + std::to_string(i));
}

const RetryPolicy kImpatient{milliseconds(5), milliseconds(20), milliseconds(50)};

TEST_CASE("a full disk delays the log and loses nothing of it") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  TinyDisk disk(spec.log.parent_path());
  FileConsoleLogs logs(kImpatient);
  logs.Follow(spec);
  Print(spec, Numbers(0, 1000));
  REQUIRE(Eventually([&] { return Entries(spec.log).size() == 1000; }));
  disk.Fill();
  Print(spec, Numbers(1000, 3000));
  auto whole_lines_only = [&] { return ReadFile(spec.log).ends_with('\n'); };
  REQUIRE(Eventually([&] { return Entries(spec.log).size() > 1000 && whole_lines_only(); }));
  CHECK(Entries(spec.log).size() < 3000);
  disk.Free();
  CHECK(Eventually([&] { return Entries(spec.log).size() == 3000; }));
  logs.Finish(spec.container_id);
  CheckLogNumbers(spec.log, 3000);
}

TEST_CASE("a VM's end on a full disk is given up after a while, and can be caught up on") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  TinyDisk disk(spec.log.parent_path());
  FileConsoleLogs logs(kImpatient);
  logs.Follow(spec);
  disk.Fill();
  Print(spec, Numbers(0, 3000));
  logs.Finish(spec.container_id);
  CHECK(Entries(spec.log).size() < 3000);
  CHECK_THROWS_AS(logs.Reopen(spec.container_id), Error);
  disk.Free();
  logs.Follow(spec);
  logs.Finish(spec.container_id);
  CheckLogNumbers(spec.log, 3000);
}

TEST_CASE("one VM's full disk doesn't hold up another VM") {
  TemporaryDir dir;
  ConsoleLogSpec stuck = SpecIn(dir.path(), "stuck");
  TinyDisk disk(stuck.log.parent_path());
  ConsoleLogSpec fine = SpecIn(dir.path(), "fine");
  fine.log = dir.path() / "fine.log";
  FileConsoleLogs logs(kImpatient);
  logs.Follow(stuck);
  logs.Follow(fine);
  disk.Fill();
  Print(stuck, Numbers(0, 3000));
  Print(fine, Numbers(0, 3000));
  CHECK(Eventually([&] { return Entries(fine.log).size() == 3000; }));
  CHECK(Entries(stuck.log).size() < 3000);
}

TEST_CASE("a log that is reopened on a full disk goes on in the new file") {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  TinyDisk disk(spec.log.parent_path());
  FileConsoleLogs logs(kImpatient);
  logs.Follow(spec);
  Print(spec, Numbers(0, 100));
  REQUIRE(Eventually([&] { return Entries(spec.log).size() == 100; }));
  disk.Fill();
  Print(spec, Numbers(100, 3000));
  fs::path rotated = spec.log.string() + ".1";
  fs::rename(spec.log, rotated);
  logs.Reopen(spec.container_id);
  disk.Free();
  REQUIRE(Eventually([&] { return Entries(rotated).size() + Entries(spec.log).size() == 3000; }));
  CHECK(Entries(spec.log).back() == "F 2999");
}

}  // namespace
}  // namespace crimux::vm
