#include "vmruntime/console/console_copy.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "base/error.h"
#include "tests/vmruntime/console/fixture.h"

namespace crimux::vm {
namespace {

using Strings = std::vector<std::string>;
namespace fs = std::filesystem;

void CopyAll(ConsoleCopy& copy) {
  CopyBuffers buffers;
  REQUIRE(copy.OpenSource());
  while (copy.CopyChunk(buffers)) {
  }
}

void CopyToTheEnd(ConsoleCopy& copy) {
  CopyBuffers buffers;
  CopyAll(copy);
  copy.CopyRest(buffers);
}

// Runs `work`, then puts the checkpoint back: a crash between the writing of the log and the saving
// of the checkpoint.
void CrashAfter(const ConsoleLogSpec& spec, const std::function<void()>& work) {
  fs::path before = spec.checkpoint.string() + ".before";
  fs::copy_file(spec.checkpoint, before, fs::copy_options::overwrite_existing);
  work();
  fs::rename(before, spec.checkpoint);
}

struct Console {
  TemporaryDir dir;
  ConsoleLogSpec spec = SpecIn(dir.path());
  fs::path rotated = spec.log.string() + ".1";
};

TEST_CASE("a console becomes a CRI log, the unfinished line only at its end") {
  Console c;
  Print(c.spec, "one\r\ntwo\nlogin: ");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  CHECK(Entries(c.spec.log) == Strings{"F one", "F two"});
  CHECK(copy.Remaining() == 7);
  CopyToTheEnd(copy);
  CHECK(Entries(c.spec.log) == Strings{"F one", "F two", "P login: "});
  CHECK(copy.Remaining() == 0);
}

TEST_CASE("the log has mode 0640 and lies in folders that are created") {
  Console c;
  ConsoleCopy copy(c.spec);
  CHECK((fs::status(c.spec.log).permissions() & fs::perms::all) == fs::perms(0640));
  CHECK((fs::status(c.spec.log.parent_path()).permissions() & fs::perms::all) == fs::perms(0755));
}

TEST_CASE("a line that comes in pieces, across a restart too, stays one entry") {
  Console c;
  Print(c.spec, "hel");
  {
    ConsoleCopy copy(c.spec);
    CopyAll(copy);
  }
  Print(c.spec, "lo\nwor");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  Print(c.spec, "ld\n");
  CopyAll(copy);
  CHECK(Entries(c.spec.log) == Strings{"F hello", "F world"});
}

TEST_CASE("what a crash left in the log is counted and not written again") {
  Console c;
  Print(c.spec, "one\n");
  {
    ConsoleCopy copy(c.spec);
    CopyAll(copy);
    CrashAfter(c.spec, [&] {
      Print(c.spec, "two\n" + std::string(40000, 'x') + "\nthree\n");
      CopyAll(copy);
    });
  }
  Print(c.spec, "four\n");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  std::string x(16384, 'x');
  CHECK(Entries(c.spec.log) == Strings{"F one", "F two", "P " + x, "P " + x,
                                       "F " + std::string(40000 - 2 * 16384, 'x'), "F three",
                                       "F four"});
}

TEST_CASE("a last entry that a crash has torn is written anew") {
  Console c;
  {
    ConsoleCopy copy(c.spec);
    CrashAfter(c.spec, [&] {
      Print(c.spec, "one\ntwo\n");
      CopyAll(copy);
    });
  }
  fs::resize_file(c.spec.log, fs::file_size(c.spec.log) - 3);
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  CHECK(Entries(c.spec.log) == Strings{"F one", "F two"});
}

TEST_CASE("a crash right after the unfinished last line was written doesn't repeat it") {
  Console c;
  Print(c.spec, "one\nlogin: ");
  {
    ConsoleCopy copy(c.spec);
    CrashAfter(c.spec, [&] { CopyToTheEnd(copy); });
  }
  ConsoleCopy copy(c.spec);
  CopyToTheEnd(copy);
  CHECK(Entries(c.spec.log) == Strings{"F one", "P login: "});
}

TEST_CASE("a log that was renamed while nobody ran is gone on with, until it is reopened") {
  Console c;
  Print(c.spec, "one\n");
  {
    ConsoleCopy copy(c.spec);
    CrashAfter(c.spec, [&] { CopyAll(copy); });
  }
  fs::rename(c.spec.log, c.rotated);
  ConsoleCopy copy(c.spec);
  Print(c.spec, "two\n");
  CopyAll(copy);
  CHECK_FALSE(fs::exists(c.spec.log));
  copy.Reopen();
  Print(c.spec, "three\n");
  CopyAll(copy);
  CHECK(Entries(c.rotated) == Strings{"F one", "F two"});
  CHECK(Entries(c.spec.log) == Strings{"F three"});
}

TEST_CASE("a crash inside ReopenContainerLog neither repeats nor loses") {
  Console c;
  Print(c.spec, "one\n");
  {
    ConsoleCopy copy(c.spec);
    CrashAfter(c.spec, [&] {
      CopyAll(copy);
      fs::rename(c.spec.log, c.rotated);
      copy.Reopen();
    });
  }
  Print(c.spec, "two\n");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  CHECK(Entries(c.rotated) == Strings{"F one"});
  CHECK(Entries(c.spec.log) == Strings{"F two"});
}

TEST_CASE("a log that was removed while nobody ran is gone on with in a new file") {
  Console c;
  Print(c.spec, "one\n");
  {
    ConsoleCopy copy(c.spec);
    CopyAll(copy);
  }
  // Kept elsewhere, so that its inode isn't given to the new file.
  fs::rename(c.spec.log, c.dir.path() / "elsewhere");
  Print(c.spec, "two\n");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  CHECK(Entries(c.spec.log) == Strings{"F two"});
}

TEST_CASE("reopening a log that wasn't renamed changes nothing") {
  Console c;
  Print(c.spec, "one\n");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  copy.Reopen();
  CHECK(Entries(c.spec.log) == Strings{"F one"});
}

TEST_CASE("a log that cannot be reopened is still written, and no new file is left") {
  Console c;
  Print(c.spec, "one\n");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  fs::rename(c.spec.log, c.rotated);
  SECTION("because a new file cannot be opened") {
    fs::create_symlink(c.dir.path() / "victim", c.spec.log);
    CHECK_THROWS_AS(copy.Reopen(), Error);
    CHECK_FALSE(fs::exists(c.dir.path() / "victim"));
    fs::remove(c.spec.log);
  }
  SECTION("because the checkpoint cannot be saved") {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    rlimit none{0, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
    bool failed = false;
    try {
      copy.Reopen();
    } catch (const Error&) {
      failed = true;
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(failed);
  }
  CHECK(CountIn(c.spec.log.parent_path()) == 1);
  Print(c.spec, "two\n");
  CopyAll(copy);
  CHECK(Entries(c.rotated) == Strings{"F one", "F two"});
}

TEST_CASE("a log that is a link is refused and its target left alone") {
  Console c;
  fs::create_directories(c.spec.log.parent_path());
  fs::create_symlink(c.dir.path() / "victim", c.spec.log);
  CHECK_THROWS_AS(ConsoleCopy(c.spec), Error);
  CHECK_FALSE(fs::exists(c.dir.path() / "victim"));
}

TEST_CASE("a source that is a link, a second name or no file is refused") {
  Console c;
  fs::path secret = c.dir.path() / "secret";
  WriteFileAtomically(secret, "secret\n");
  SECTION("link") { fs::create_symlink(secret, c.spec.source); }
  SECTION("second name") { fs::create_hard_link(secret, c.spec.source); }
  SECTION("FIFO") { REQUIRE(::mkfifo(c.spec.source.c_str(), 0600) == 0); }
  CHECK_THROWS_AS(ConsoleCopy(c.spec).OpenSource(), Error);
}

TEST_CASE("a source that was cut is read from its beginning") {
  Console c;
  Print(c.spec, "one\ntwo\n");
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  fs::resize_file(c.spec.source, 0);
  Print(c.spec, "new\n");
  CopyAll(copy);
  CHECK(Entries(c.spec.log) == Strings{"F one", "F two", "F new"});
}

uint64_t AllocatedBytes(const fs::path& file) {
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  return static_cast<uint64_t>(status.st_blocks) * 512;
}

std::string Megabytes(size_t count) {
  std::string line(1023, 'x');
  std::string text;
  for (size_t i = 0; i < count * 1024; ++i) text += line + "\n";
  return text;
}

TEST_CASE("what was read of a source is freed") {
  Console c;
  SECTION("with a log") {}
  SECTION("without one") { c.spec.log.clear(); }
  Print(c.spec, Megabytes(4));
  CHECK(AllocatedBytes(c.spec.source) >= 4U << 20);
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  CHECK(AllocatedBytes(c.spec.source) < 256U << 10);
  CHECK(fs::file_size(c.spec.source) == 4U << 20);
  if (!c.spec.log.empty()) CHECK(Entries(c.spec.log).size() == 4096);
}

TEST_CASE("freed bytes never come back as text, even when the checkpoint is lost") {
  Console c;
  std::string rest = GENERATE("", "rest\n");
  Print(c.spec, Megabytes(1) + rest);
  {
    ConsoleCopy copy(c.spec);
    CopyAll(copy);
  }
  fs::remove(c.spec.checkpoint);
  fs::remove(c.spec.log);
  ConsoleCopy copy(c.spec);
  CopyAll(copy);
  CHECK(ReadFile(c.spec.log).find('\0') == std::string::npos);
  Print(c.spec, "more\n");
  CopyAll(copy);
  CHECK(Entries(c.spec.log).back() == "F more");
  CHECK(Entries(c.spec.log).size() == (rest.empty() ? 1 : 2));
}

}  // namespace
}  // namespace crimux::vm
