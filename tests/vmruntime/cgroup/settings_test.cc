#include "vmruntime/cgroup/settings.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

// "file=value", in order.
std::vector<std::string> Lines(const std::vector<CgroupSetting>& settings) {
  std::vector<std::string> lines;
  for (const CgroupSetting& setting : settings) lines.push_back(setting.file + "=" + setting.value);
  return lines;
}

const CgroupLimits kAll{.cpu_shares = 512,
                        .cpu_quota = 150000,
                        .cpu_period = 100000,
                        .cpuset_cpus = "0-1",
                        .cpuset_mems = "0",
                        .memory = 1000,
                        .swap = 24,
                        .hugepages = {{"2MB", 4096}}};

TEST_CASE("v1 has a file for each limit, and one for memory and swap together") {
  CHECK(Lines(SettingsV1(kAll)) ==
        std::vector<std::string>{"cpu.shares=512", "cpu.cfs_period_us=100000",
                                 "cpu.cfs_quota_us=150000", "cpuset.cpus=0-1", "cpuset.mems=0",
                                 "memory.limit_in_bytes=1000", "memory.memsw.limit_in_bytes=1024",
                                 "hugetlb.2MB.limit_in_bytes=4096"});
}

TEST_CASE("v2 has weights, both CPU figures in one file, and swap by itself") {
  CHECK(Lines(SettingsV2(kAll)) ==
        std::vector<std::string>{"cpu.weight=20", "cpu.max=150000 100000", "cpuset.cpus=0-1",
                                 "cpuset.mems=0", "memory.max=1000", "memory.swap.max=24",
                                 "hugetlb.2MB.max=4096"});
}

TEST_CASE("no limit has a word of its own in each version") {
  CgroupLimits none{.cpu_quota = -1, .memory = CgroupLimits::kUnlimited};
  CHECK(Lines(SettingsV1(none)) ==
        std::vector<std::string>{"cpu.cfs_quota_us=-1", "memory.limit_in_bytes=-1"});
  CHECK(Lines(SettingsV2(none)) ==
        std::vector<std::string>{"cpu.max=max 100000", "memory.max=max"});
}

TEST_CASE("what isn't said is not set") {
  CHECK(SettingsV1({}).empty());
  CHECK(SettingsV2({}).empty());
}

TEST_CASE("shares become weights from end to end") {
  CHECK(WeightOfShares(0) == 1);
  CHECK(WeightOfShares(2) == 1);
  CHECK(WeightOfShares(1024) == 39);
  CHECK(WeightOfShares(262144) == 10000);
  CHECK(WeightOfShares(1'000'000) == 10000);
}

TEST_CASE("unified names files of controllers, and is for v2 alone") {
  CgroupLimits limits{.unified = {{"memory.high", "77"}}};
  CHECK(Lines(SettingsV2(limits)) == std::vector<std::string>{"memory.high=77"});
  CHECK_THROWS_WITH(SettingsV1(limits), Catch::Contains("v2"));
  for (const char* file : {"cgroup.procs", "../memory.high", "memory", "memory.", ".high"}) {
    INFO(file);
    CHECK_THROWS_AS(SettingsV2({.unified = {{file, "1"}}}), Error);
  }
}

}  // namespace
}  // namespace crimux::vm
