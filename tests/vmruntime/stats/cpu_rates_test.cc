#include "vmruntime/stats/cpu_rates.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

TEST_CASE("the first look tells the average since the start, later ones since the last") {
  CpuRates rates;
  CHECK(rates.NanoCores("a", 2 * kSecond, 110 * kSecond, 100 * kSecond) == kSecond / 5);
  CHECK(rates.NanoCores("a", 12 * kSecond, 120 * kSecond, 100 * kSecond) == kSecond);
  CHECK(rates.NanoCores("a", 12 * kSecond, 130 * kSecond, 100 * kSecond) == 0);
  CHECK(rates.NanoCores("b", 30 * kSecond, 130 * kSecond, 120 * kSecond) == 3 * kSecond);
}

TEST_CASE("looks close to each other share an answer, and take no window from each other") {
  CpuRates rates;
  rates.NanoCores("a", 0, 100 * kSecond, 90 * kSecond);
  uint64_t rate = rates.NanoCores("a", 5 * kSecond, 110 * kSecond, 90 * kSecond);
  CHECK(rate == kSecond / 2);
  CHECK(rates.NanoCores("a", 6 * kSecond, 110 * kSecond + 1000, 90 * kSecond) == rate);
  CHECK(rates.NanoCores("a", 15 * kSecond, 120 * kSecond, 90 * kSecond) == kSecond);
}

TEST_CASE("an account that begins anew, or a clock set back, gives no absurd rate") {
  CpuRates rates;
  rates.NanoCores("a", 50 * kSecond, 100 * kSecond, 0);
  CHECK(rates.NanoCores("a", kSecond, 110 * kSecond, 0) == 0);
  CHECK(rates.NanoCores("a", 2 * kSecond, 50 * kSecond, 0) == 0);
  CHECK(rates.NanoCores("a", 3 * kSecond, 52 * kSecond, 0) == kSecond / 2);
  CHECK(rates.NanoCores("b", 3 * kSecond, 10 * kSecond, 10 * kSecond) == 0);
}

TEST_CASE("what nobody looks at is forgotten in time") {
  CpuRates rates;
  int64_t later = 1000 * kSecond + CpuRates::kForgotten;
  rates.NanoCores("a", 100 * kSecond, 1000 * kSecond, 0);
  rates.NanoCores("b", 0, later + 1, later);
  // Known no more: the average since its start.
  CHECK(rates.NanoCores("a", 100 * kSecond, later + 2 * kSecond, later + kSecond) == 100 * kSecond);
}

}  // namespace
}  // namespace crimux::vm
