#include "vmruntime/fetch/progress.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

TEST_CASE("progress is told by phase, and counts anew in each") {
  Progress progress("x", std::chrono::hours(1));
  CHECK(progress.Report().phase == FetchPhase::kFetching);
  CHECK_FALSE(progress.Report().total);
  progress.At(5, 10);
  CHECK(progress.Report().bytes == 5);
  CHECK(progress.Report().total == 10u);
  progress.Begin(FetchPhase::kConverting);
  CHECK(NameOf(progress.Report().phase) == "converting");
  CHECK(progress.Report().bytes == 0);
  CHECK_FALSE(progress.Report().total);
}

TEST_CASE("a rate is that of what came, and none for what starts over") {
  Progress progress("x", std::chrono::hours(1));
  auto start = std::chrono::steady_clock::now();
  while (progress.Report().rate <= 0) progress.At(1'000'000, std::nullopt);
  std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  CHECK(progress.Report().rate >= 1'000'000 / (took.count() + 60));
  progress.At(10, std::nullopt);
  CHECK(progress.Report().rate == 0);
}

}  // namespace
}  // namespace crimux::vm
