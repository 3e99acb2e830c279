#include "vmruntime/share/share_tree.h"

#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/fresh_thread.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

namespace fs = std::filesystem;

int WriteError(const fs::path& file) {
  errno = 0;
  UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return fd ? 0 : errno;
}

struct ShareTreeFixture {
  TemporaryDir dir;
  fs::path root = dir.path() / "root";

  ShareTreeFixture() {
    fs::create_directories(root);
    fs::create_directories(dir.path() / "data/below");
    WriteFileAtomically(dir.path() / "file", "one file");
  }
  // Runs `look` where the tree is.
  void InTree(std::vector<SharedMount> mounts, const std::function<void()>& look) {
    for (SharedMount& mount : mounts) mount.host = dir.path() / mount.host;
    RunOnFreshThread([&] {
      EnterPrivateMounts();
      MakeShareTree(root, mounts);
      look();
    });
  }
};

TEST_CASE("a share has each mount under its name, and nobody else sees it") {
  ShareTreeFixture f;
  f.InTree({{.host = "data", .name = "data"}, {.host = "file", .name = "f", .is_directory = false}},
           [&] {
             CHECK(WriteError(f.root / "data/new") == 0);
             CHECK(ReadFile(f.root / "f") == "one file");
           });
  CHECK(fs::exists(f.dir.path() / "data/new"));
  CHECK(fs::is_empty(f.root));
}

TEST_CASE("the top of a share takes no files") {
  ShareTreeFixture f;
  f.InTree({}, [&] { CHECK(WriteError(f.root / "new") == EROFS); });
}

TEST_CASE("a read-only mount takes no writes, and what is mounted below it only if asked") {
  ShareTreeFixture f;
  bool recursive = GENERATE(false, true);
  RunOnFreshThread([&] {
    EnterPrivateMounts();
    fs::path below = f.dir.path() / "data/below";
    REQUIRE(::mount("t", below.c_str(), "tmpfs", 0, nullptr) == 0);
    MakeShareTree(f.root, {{.host = f.dir.path() / "data",
                            .name = "data",
                            .readonly = true,
                            .recursive_readonly = recursive}});
    CHECK(WriteError(f.root / "data/new") == EROFS);
    CHECK(WriteError(f.root / "data/below/new") == (recursive ? EROFS : 0));
  });
}

// As crimuxd's other threads do, when they start programs.
TEST_CASE("children forked at any moment don't keep a share from becoming read-only") {
  ShareTreeFixture f;
  auto fork_on = [](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      pid_t child = ::fork();
      if (child == 0) {
        ::usleep(2000);
        ::_exit(0);
      }
      ::waitpid(child, nullptr, 0);
    }
  };
  std::jthread forks[] = {std::jthread(fork_on), std::jthread(fork_on), std::jthread(fork_on)};
  std::vector<SharedMount> mounts;
  for (int i = 0; i < 20; ++i) {
    mounts.push_back({.host = "file", .name = "f" + std::to_string(i), .is_directory = false});
  }
  for (int round = 0; round < 200; ++round) f.InTree(mounts, [] {});
}

TEST_CASE("a mount that can't be made is named") {
  ShareTreeFixture f;
  RunOnFreshThread([&] {
    EnterPrivateMounts();
    CHECK_THROWS_WITH(MakeShareTree(f.root, {{.host = "/nowhere/at/all", .name = "x"}}),
                      Catch::Contains("/nowhere/at/all"));
  });
}

}  // namespace
}  // namespace crimux::vm
