#include "vmruntime/sessions/attach.h"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/temporary_dir.h"
#include "tests/vmruntime/console/fake_machine.h"
#include "tests/vmruntime/sessions/fake_client.h"
#include "vmruntime/streaming/terminal_sizes.h"

namespace crimux::vm {
namespace {

struct Machine {
  TemporaryDir dir;
  FakeMachine machine{dir.path() / "console"};
  IoThread io;
  std::shared_ptr<SharedConsole> console = std::make_shared<SharedConsole>(
      io.context().get_executor(), SharedConsoleSpec{dir.path() / "console", 1024});

  Machine() {
    io.Call([&] { console->Start(); });
    machine.Accept();
  }
  ~Machine() { io.Stop(); }

  void End() {
    io.Call([&] { console->MachineEnded(); });
    machine.HangUp();
  }
};

// One person at a machine's console.
struct Person {
  explicit Person(Machine& m, bool stdin_once = false, bool tty = false)
      : machine(m),
        in(m.io.context().get_executor(), 1024),
        session(m.io, AttachToConsole(m.console, {.in = &in, .out = &out}, tty, stdin_once)) {}

  void Type(const std::string& text) {
    machine.io.Call([&] { in.Push(text); });
  }
  void EndInput() {
    machine.io.Call([&] { in.End(); });
  }
  void Leave() {
    machine.io.Call([&] { in.Fail(); });
  }

  Machine& machine;
  streaming::Pipe in;
  Received out;
  Session session;
};

TEST_CASE("all who are attached see what is printed, and what they type reaches the machine") {
  Machine m;
  m.machine.Print("login: ");
  Person first(m);
  first.out.WaitFor("login: ");
  Person second(m);
  second.out.WaitFor("login: ");
  first.Type("ro");
  CHECK(m.machine.Read(2) == "ro");
  second.Type("ot\r");
  CHECK(m.machine.Read(3) == "ot\r");
  m.machine.Print("welcome");
  CHECK(first.out.WaitFor("welcome") == "login: welcome");
  CHECK(second.out.WaitFor("welcome") == "login: welcome");
  m.End();
  first.session.WaitForEnd();
  second.session.WaitForEnd();
}

TEST_CASE("one who ends the input looks on; one who leaves doesn't disturb the others") {
  Machine m;
  Person first(m);
  Person second(m);
  first.EndInput();
  second.Leave();
  CHECK_THROWS(second.session.WaitForEnd());
  m.machine.Print("still here");
  first.out.WaitFor("still here");
  CHECK_FALSE(first.session.HasEnded());
  m.End();
  first.session.WaitForEnd();
}

TEST_CASE("with stdinOnce nobody types any more once the first one has ended the input") {
  Machine m;
  Person first(m, true);
  first.Type("one");
  CHECK(m.machine.Read(3) == "one");
  m.machine.Print("first");
  first.out.WaitFor("first");
  Person meanwhile(m, true);
  first.EndInput();
  m.machine.Print("a");
  first.out.WaitFor("a");
  Person later(m, true);
  later.Type("lost");
  meanwhile.Type("lost");
  m.machine.Print("shown");
  later.out.WaitFor("shown");
  // What reaches the machine next is not what they have typed.
  auto typed =
      boost::asio::co_spawn(m.io.context(), m.console->Write("x"), boost::asio::use_future);
  typed.get();
  CHECK(m.machine.Read(1) == "x");
  m.End();
  later.session.WaitForEnd();
}

TEST_CASE("the end of a terminal's input is the end of the attach; others look on") {
  Machine m;
  Person looks_on(m);
  Person leaves(m, false, true);
  leaves.Type("bye");
  CHECK(m.machine.Read(3) == "bye");
  looks_on.EndInput();
  leaves.EndInput();
  leaves.session.WaitForEnd();
  m.machine.Print("still here");
  looks_on.out.WaitFor("still here");
  CHECK_FALSE(looks_on.session.HasEnded());
  m.End();
  looks_on.session.WaitForEnd();
}

TEST_CASE("one who wants no output is there until the machine ends") {
  Machine m;
  streaming::Pipe in(m.io.context().get_executor(), 1024);
  Session session(m.io, AttachToConsole(m.console, {.in = &in}, false, false));
  m.io.Call([&] { in.Push("typed"); });
  CHECK(m.machine.Read(5) == "typed");
  m.End();
  session.WaitForEnd();
}

TEST_CASE("sizes of the terminal change nothing, nor does their end") {
  Machine m;
  streaming::Pipe in(m.io.context().get_executor(), 1024);
  streaming::Pipe resizes(m.io.context().get_executor(), 1024);
  streaming::StreamedTerminalSizes sizes(resizes);
  Received out;
  Session session(
      m.io, AttachToConsole(m.console, {.in = &in, .out = &out, .sizes = &sizes}, true, false));
  for (int columns : {80, 100, 120}) {
    // Each is taken by itself: the machine hears what is typed after it.
    m.io.Call([&] {
      resizes.Push(fmt::format(R"({{"Width":{},"Height":24}})", columns));
      in.Push("x");
    });
    CHECK(m.machine.Read(1) == "x");
  }
  m.io.Call([&] { resizes.End(); });
  m.machine.Print("shown");
  out.WaitFor("shown");
  CHECK_FALSE(session.HasEnded());
  m.End();
  session.WaitForEnd();
}

}  // namespace
}  // namespace crimux::vm
