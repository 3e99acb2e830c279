#include "vmruntime/stats/pressure.h"

#include <catch2/catch.hpp>

#include "vmruntime/stats/key_values.h"

namespace crimux::vm {
namespace {

TEST_CASE("the kernel's two lines of pressure are read, totals in nanoseconds") {
  auto pressures = ParsePressures(
      "some avg10=1.50 avg60=0.25 avg300=0.05 total=1234567\n"
      "full avg10=0.75 avg60=0.00 avg300=0.01 total=345\n");
  REQUIRE(pressures);
  CHECK(pressures->some.avg10 == 1.5);
  CHECK(pressures->some.avg60 == 0.25);
  CHECK(pressures->some.avg300 == 0.05);
  CHECK(pressures->some.total == 1'234'567'000);
  CHECK(pressures->full.avg10 == 0.75);
  CHECK(pressures->full.total == 345'000);
}

TEST_CASE("older kernels have no full line for processors") {
  auto pressures = ParsePressures("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
  REQUIRE(pressures);
  CHECK(pressures->some.total == 7000);
  CHECK(pressures->full.total == 0);
}

TEST_CASE("what is no pressure is none") {
  for (const char* text :
       {"", "\n", "some", "some avg10=x total=1", "usage 12\n", "full avg10=1 total=2\n"}) {
    INFO(text);
    CHECK_FALSE(ParsePressures(text));
  }
  CHECK_FALSE(ReadPressures("/nowhere/cpu.pressure"));
}

TEST_CASE("numbers are picked by their keys, whatever stands around them") {
  uint64_t anon = 1;
  uint64_t rss = 2;
  uint64_t absent = 3;
  uint64_t broken = 4;
  PickNumbers("anon 4096\nanon_thp 5\nVmRSS:\t    12 kB\nbroken many\nlast 9",
              {{"anon", &anon}, {"VmRSS", &rss}, {"absent", &absent}, {"broken", &broken}});
  CHECK(anon == 4096);
  CHECK(rss == 12);
  CHECK(absent == 3);
  CHECK(broken == 4);
}

}  // namespace
}  // namespace crimux::vm
