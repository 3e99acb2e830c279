#include "config/units.h"

#include <catch2/catch.hpp>

namespace crimux {
namespace {

using std::chrono::milliseconds;

TEST_CASE("durations are read and written") {
  CHECK(ParseDuration("500ms") == milliseconds{500});
  CHECK(ParseDuration("30s") == milliseconds{30'000});
  CHECK(ParseDuration("2m") == milliseconds{120'000});
  CHECK(ParseDuration("1h2m3s4ms") == milliseconds{3'723'004});
  CHECK(ParseDuration("0s") == milliseconds{0});
  CHECK(FormatDuration(milliseconds{3'723'004}) == "1h2m3s4ms");
  CHECK(FormatDuration(milliseconds{0}) == "0s");
}

TEST_CASE("what is no duration is refused") {
  for (std::string_view text : {"", "5", "s", "-5s", "1.5s", "5 s", "5x", "5s ", "99999999999h",
                                "99999999999999999999s", "+1s"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseDuration(text).has_value());
  }
}

TEST_CASE("quantities are read as Kubernetes reads them") {
  CHECK(ParseQuantity("64Gi") == 64LL << 30);
  CHECK(ParseQuantity("1.5Ki") == 1536);
  CHECK(ParseQuantity("10G") == 10'000'000'000);
  CHECK(ParseQuantity("1e3") == 1000);
  CHECK(ParseQuantity("1E3") == 1000);
  CHECK(ParseQuantity("1E") == 1'000'000'000'000'000'000);
  CHECK(ParseQuantity("0") == 0);
  CHECK(ParseQuantity(".5", 1000) == 500);
  CHECK(ParseQuantity("2", 1000) == 2000);
  CHECK(ParseQuantity("250m", 1000) == 250);
}

TEST_CASE("fractions of a quantity are rounded up") {
  CHECK(ParseQuantity("1m") == 1);
  CHECK(ParseQuantity("100001u", 1000) == 101);
  CHECK(ParseQuantity("0.0000000000001", 1000) == 1);
  CHECK(ParseQuantity("1e-3") == 1);
}

TEST_CASE("what is no quantity, or does not fit, is refused") {
  for (std::string_view text : {"", "Gi", "-1", "1.2.3", "1GiB", "1gi", "1 Gi", "1e", "16Ei", "1ee",
                                "99999999999999999999", "1e19", "0x10", "."}) {
    CAPTURE(text);
    CHECK_FALSE(ParseQuantity(text).has_value());
  }
}

}  // namespace
}  // namespace crimux
