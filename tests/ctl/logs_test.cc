#include <fcntl.h>

#include <atomic>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "base/file.h"
#include "ctl/logs/entry.h"
#include "ctl/logs/follower.h"
#include "ctl/logs/printer.h"
#include "tests/temporary_dir.h"

namespace crimux::ctl {
namespace {

constexpr char kTime[] = "2026-01-02T03:04:05.000000006Z";

struct Printed {
  std::string out;
  std::string err;
};

Printed Print(const std::string& log, bool timestamps, size_t piece = 1000) {
  Printed printed;
  LogPrinter printer(timestamps, [&](bool is_error, std::string_view text) {
    (is_error ? printed.err : printed.out) += text;
  });
  for (size_t i = 0; i < log.size(); i += piece)
    printer.Add(std::string_view(log).substr(i, piece));
  return printed;
}

std::string Line(const std::string& rest) { return std::string(kTime) + " " + rest + "\n"; }

void Append(const std::filesystem::path& path, const std::string& text) {
  WriteAll(OpenFile(path, O_WRONLY | O_CREAT | O_APPEND).get(), text, path);
}

TEST_CASE("an entry of a CRI log is taken apart") {
  auto entry = ParseLogEntry("T stderr P some  text ");
  REQUIRE(entry.has_value());
  CHECK(entry->time == "T");
  CHECK(entry->is_error);
  CHECK(entry->partial);
  CHECK(entry->text == "some  text ");
  CHECK(ParseLogEntry("T stdout F ")->text.empty());
  CHECK_FALSE(ParseLogEntry("T stdout F:x:y z")->partial);
}

TEST_CASE("what is no entry of a CRI log is not taken for one") {
  for (std::string_view line : {"", "T", "T stdout", "T stdin F x", "T stdout X x", "T stdout F"}) {
    CAPTURE(line);
    CHECK_FALSE(ParseLogEntry(line).has_value());
  }
}

TEST_CASE("prefixes are stripped and partial lines joined, each stream by itself") {
  std::string log = Line("stdout P one ") + Line("stderr F oops") + Line("stdout F line") +
                    Line("stdout F ") + Line("stdout F two");
  for (size_t piece : {size_t{1}, size_t{7}, size_t{1000}}) {
    CAPTURE(piece);
    Printed printed = Print(log, false, piece);
    CHECK(printed.out == "one line\n\ntwo\n");
    CHECK(printed.err == "oops\n");
  }
}

TEST_CASE("with time stamps, each whole line has one") {
  Printed printed = Print(Line("stdout P a") + Line("stdout F b") + Line("stdout F c"), true);
  CHECK(printed.out == std::string(kTime) + " ab\n" + kTime + " c\n");
}

TEST_CASE("an incomplete last line waits, and a strange one is shown as it is") {
  CHECK(Print("T stdout F no newline", false).out.empty());
  CHECK(Print("strange\n", false).out == "strange\n");
}

TEST_CASE("a log that is not there is an error that names it") {
  CHECK_THROWS_WITH(LogFollower("/nowhere/0.log", [](std::string_view) {}),
                    "open \"/nowhere/0.log\": No such file or directory");
}

// Collects what a follower reads on a thread of its own.
class Reading {
 public:
  explicit Reading(const std::filesystem::path& path)
      : follower_(path,
                  [this](std::string_view bytes) {
                    std::lock_guard lock(mutex_);
                    text_ += bytes;
                  }),
        thread_([this] {
          follower_.Follow([this] { return done_.load(); }, std::chrono::milliseconds(1));
        }) {}
  ~Reading() { Finish(); }

  bool WaitFor(const std::string& wanted) {
    auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::chrono::steady_clock::now() < deadline) {
      if (Text() == wanted) return true;
      std::this_thread::yield();
    }
    return false;
  }
  std::string Finish() {
    done_ = true;
    if (thread_.joinable()) thread_.join();
    return Text();
  }

 private:
  std::string Text() {
    std::lock_guard lock(mutex_);
    return text_;
  }

  std::mutex mutex_;
  std::string text_;
  std::atomic<bool> done_ = false;
  LogFollower follower_;
  std::thread thread_;
};

TEST_CASE("a followed log goes on over its rotation, nothing left out or repeated") {
  TemporaryDir dir;
  std::filesystem::path log = dir.path() / "0.log";
  Append(log, "a");
  Reading reading(log);
  REQUIRE(reading.WaitFor("a"));
  Append(log, "b");
  REQUIRE(reading.WaitFor("ab"));
  std::filesystem::rename(log, dir.path() / "0.log.1");
  // The runtime still has the old file open until it is told to reopen.
  Append(dir.path() / "0.log.1", "c");
  REQUIRE(reading.WaitFor("abc"));
  Append(dir.path() / "0.log.1", "d");
  Append(log, "e");
  REQUIRE(reading.WaitFor("abcde"));
  Append(log, "f");
  CHECK(reading.Finish() == "abcdef");
}

}  // namespace
}  // namespace crimux::ctl
