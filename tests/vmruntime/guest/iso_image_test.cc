#include "vmruntime/guest/iso_image.h"

#include <thread>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/process.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

// What another program reads out of the image.
std::string Extract(const std::filesystem::path& image, const std::string& path,
                    const std::filesystem::path& to) {
  ProcessResult result = RunProcess({.argv = {"xorriso", "-osirrox", "on", "-indev", image.string(),
                                              "-extract", path, to.string()}});
  REQUIRE(result.Succeeded());
  return ReadFile(to);
}

TEST_CASE("an image has its label, and another program reads its files") {
  TemporaryDir dir;
  const std::string bytes = std::string("a\0b\xff", 4) + std::string(5000, 'x');
  auto file = dir.path() / "seed.iso";
  WriteFileAtomically(file, MakeIso("config-2", {{"openstack/latest/user_data", bytes},
                                                 {"openstack/latest/meta_data.json", "{}"},
                                                 {"empty", ""}}));
  CHECK(RunProcess({.argv = {"blkid", "-o", "value", "-s", "LABEL", file.string()}}).out ==
        "config-2\n");
  CHECK(Extract(file, "/openstack/latest/user_data", dir.path() / "u") == bytes);
  CHECK(Extract(file, "/openstack/latest/meta_data.json", dir.path() / "m") == "{}");
  CHECK(Extract(file, "/empty", dir.path() / "e").empty());
}

TEST_CASE("two files of one path are an error, and the next image is fine") {
  CHECK_THROWS_WITH(MakeIso("cidata", {{"a", "1"}, {"a", "2"}}),
                    Catch::Contains("make seed image"));
  CHECK(MakeIso("cidata", {{"a", "1"}}).size() % 2048 == 0);
}

TEST_CASE("images are made by many threads at once") {
  std::vector<std::thread> threads;
  std::vector<size_t> sizes(8);
  for (size_t i = 0; i < sizes.size(); ++i) {
    threads.emplace_back([&sizes, i] {
      sizes[i] = MakeIso("cidata", {{"user-data", "x"}}).size();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t size : sizes) CHECK(size == sizes[0]);
}

}  // namespace
}  // namespace crimux::vm
