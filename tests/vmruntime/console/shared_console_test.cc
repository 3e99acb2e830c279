#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <catch2/catch.hpp>

#include "base/io/io_thread.h"
#include "tests/temporary_dir.h"
#include "tests/vmruntime/console/fake_machine.h"
#include "vmruntime/console/shared_consoles.h"

namespace crimux::vm {
namespace {

constexpr size_t kScrollback = 16;

struct Fixture {
  TemporaryDir dir;
  FakeMachine machine{dir.path() / "console"};
  IoThread io;
  std::shared_ptr<SharedConsole> console = std::make_shared<SharedConsole>(
      io.context().get_executor(), SharedConsoleSpec{dir.path() / "console", kScrollback});

  Fixture() {
    io.Call([&] { console->Start(); });
    machine.Accept();
  }
  ~Fixture() { io.Stop(); }

  template <typename T>
  T Wait(Awaitable<T> work) {
    auto future = boost::asio::co_spawn(io.context(), std::move(work), boost::asio::use_future);
    if (future.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      throw std::runtime_error("it takes too long");
    }
    return future.get();
  }
  uint64_t Beginning() {
    uint64_t at = 0;
    io.Call([&] { at = console->Beginning(); });
    return at;
  }
  // Reads on until there is so much, or the end.
  std::string Read(uint64_t* at, size_t size) {
    std::string all;
    while (all.size() < size) {
      std::string piece = Wait(console->Read(at));
      if (piece.empty()) break;
      all += piece;
    }
    return all;
  }
};

TEST_CASE("every reader gets all that is printed, and what was printed last before it came") {
  Fixture f;
  uint64_t first = f.Beginning();
  f.machine.Print("a line that is longer than the scrollback\n");
  CHECK(f.Read(&first, 42) == "a line that is longer than the scrollback\n");
  uint64_t second = f.Beginning();
  f.machine.Print("more");
  CHECK(f.Read(&second, kScrollback + 4) == " the scrollback\nmore");
  CHECK(f.Read(&first, 4) == "more");
}

TEST_CASE("what several people type reaches the machine") {
  Fixture f;
  f.Wait(f.console->Write("one "));
  f.Wait(f.console->Write("two"));
  CHECK(f.machine.Read(7) == "one two");
}

TEST_CASE("a reader that falls behind is told what it has missed; nobody waits for it") {
  Fixture f;
  uint64_t slow = f.Beginning();
  uint64_t quick = slow;
  const std::string line = std::string(1023, '.') + "\n";
  for (int i = 0; i < 1000; ++i) {
    f.machine.Print(line);
    REQUIRE(f.Read(&quick, line.size()) == line);
  }
  std::string notice = f.Wait(f.console->Read(&slow));
  size_t kept = (256 << 10) + kScrollback;
  CHECK(notice == "\r\n[" + std::to_string(1000 * line.size() - kept) +
                      " bytes are left out here, since they were not read in time]\r\n");
  CHECK(f.Read(&slow, kept).size() == kept);
  CHECK(slow == quick);
}

TEST_CASE("the end of the machine ends its readers, after its last words") {
  Fixture f;
  uint64_t at = f.Beginning();
  f.machine.Print("goodbye");
  f.io.Call([&] { f.console->MachineEnded(); });
  f.machine.HangUp();
  CHECK(f.Read(&at, 100) == "goodbye");
  CHECK(f.Wait(f.console->Read(&at)).empty());
  CHECK_THROWS_AS(f.Wait(f.console->Write("x")), boost::system::system_error);
}

TEST_CASE("a machine that has ended but keeps its console open is hung up on") {
  Fixture f;
  f.io.Call([&] { f.console->MachineEnded(); });
  uint64_t at = f.Beginning();
  CHECK(f.Wait(f.console->Read(&at)).empty());
}

TEST_CASE("a console that breaks off is connected again") {
  Fixture f;
  uint64_t at = f.Beginning();
  f.machine.Print("before");
  CHECK(f.Read(&at, 6) == "before");
  f.machine.HangUp();
  f.machine.Accept();
  f.machine.Print("after");
  CHECK(f.Read(&at, 5) == "after");
  f.Wait(f.console->Write("typed"));
  CHECK(f.machine.Read(5) == "typed");
}

// Journals what it is asked.
struct StubLogs final : ConsoleLogs {
  void Follow(const ConsoleLogSpec& spec) override { calls += "follow " + spec.container_id + ";"; }
  void Finish(const std::string& id) override { calls += "finish " + id + ";"; }
  void Forget(const std::string& id) override { calls += "forget " + id + ";"; }
  void Reopen(const std::string& id) override { calls += "reopen " + id + ";"; }

  std::string calls;
};

TEST_CASE("a console is shared while it is followed, and its log is made all the same") {
  TemporaryDir dir;
  IoThread io;
  StubLogs logs;
  SharedConsoles consoles(logs, io.context(), kScrollback);
  auto find = [&](const std::string& id) {
    std::shared_ptr<SharedConsole> found;
    io.Call([&] { found = consoles.Find(id); });
    return found;
  };
  ConsoleLogSpec spec{.container_id = "vm",
                      .source = {},
                      .log = {},
                      .checkpoint = {},
                      .socket = dir.path() / "console"};
  CHECK(find("vm") == nullptr);
  consoles.Follow(spec);
  auto console = find("vm");
  REQUIRE(console != nullptr);
  consoles.Follow(spec);
  CHECK(find("vm") == console);
  // Its socket appears later than the console is followed.
  FakeMachine machine(dir.path() / "console");
  machine.Accept();
  consoles.Reopen("vm");
  consoles.Finish("vm");
  CHECK(find("vm") == nullptr);
  consoles.Forget("vm");
  CHECK(logs.calls == "follow vm;follow vm;reopen vm;finish vm;forget vm;");
  console.reset();
  io.Stop();
}

}  // namespace
}  // namespace crimux::vm
