#include "vmruntime/console/entry.h"

#include <vector>

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

// All entries of a console, cut when `step` more bytes have come each time: "F:text" or "P:text",
// the unfinished rest as "R:text".
std::vector<std::string> Cut(const std::string& console, size_t step) {
  std::vector<std::string> entries;
  size_t offset = 0;
  for (size_t arrived = 0; arrived < console.size();) {
    arrived = std::min(arrived + step, console.size());
    while (auto entry = NextEntry(std::string_view(console).substr(offset, arrived - offset))) {
      entries.push_back((entry->partial ? "P:" : "F:") + std::string(entry->text));
      offset += entry->length;
    }
  }
  auto last = LastEntry(std::string_view(console).substr(offset));
  CHECK(last.partial);
  if (last.length > 0) entries.push_back("R:" + std::string(last.text));
  return entries;
}

const std::string kLongest(kMaxEntryText, 'x');

TEST_CASE("a console is cut the same way however its bytes arrive") {
  struct Case {
    std::string console;
    std::vector<std::string> entries;
  };
  const std::string all_but_one(kMaxEntryText - 1, 'x');
  const std::vector<Case> cases = {
      {"", {}},
      {"\n", {"F:"}},
      {"a\n", {"F:a"}},
      {"a\r\nb\n", {"F:a", "F:b"}},
      {"a\r\r\n", {"F:a\r"}},
      {"50%\r100%\r\n", {"F:50%\r100%"}},
      {"\r\n\n", {"F:", "F:"}},
      {"a\nlogin: ", {"F:a", "R:login: "}},
      {"a\r", {"R:a\r"}},
      {std::string("\0\x1b[0m\xff\n", 7), {"F:" + std::string("\0\x1b[0m\xff", 6)}},
      {all_but_one + "\n", {"F:" + all_but_one}},
      {all_but_one + "\r\n", {"P:" + all_but_one, "F:"}},
      {kLongest + "\n", {"P:" + kLongest, "F:"}},
      {kLongest + "\r\n", {"P:" + kLongest, "F:"}},
      {kLongest + kLongest + "end\n", {"P:" + kLongest, "P:" + kLongest, "F:end"}},
      {kLongest, {"P:" + kLongest}},
      {all_but_one, {"R:" + all_but_one}},
  };
  for (const Case& c : cases) {
    for (size_t step : {1, 7, 16384, 1'000'000}) {
      INFO("console of " << c.console.size() << " bytes, " << step << " at a time");
      CHECK(Cut(c.console, step) == c.entries);
    }
  }
}

TEST_CASE("entries are counted off by the bytes they take") {
  size_t count = 2;
  CHECK(EntriesLength("a\r\nbc\nd", count) == 6);
  CHECK(count == 0);
  count = 5;
  CHECK(EntriesLength("a\r\nbc\nd", count) == 6);
  CHECK(count == 3);
}

TEST_CASE("an entry has the CRI's form, its time in UTC with nanoseconds") {
  std::chrono::system_clock::time_point time{std::chrono::nanoseconds(1'700'000'000'000'000'042)};
  CHECK(LogTime(time) == "2023-11-14T22:13:20.000000042Z");
  std::string out;
  AppendEntry(out, LogTime(time), *NextEntry("hello\r\n"));
  AppendEntry(out, "T", LastEntry("$ "));
  CHECK(out == "2023-11-14T22:13:20.000000042Z stdout F hello\nT stdout P $ \n");
}

}  // namespace
}  // namespace crimux::vm
