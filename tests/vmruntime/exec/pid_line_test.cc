#include "vmruntime/exec/pid_line.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

TEST_CASE("the line is taken out wherever it is cut") {
  const std::string text = "welcome\ncrimux-pid 4711\nout\ncrimux-pid 5\n";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    CAPTURE(cut);
    PidLine line;
    std::string out = line.Without(text.substr(0, cut));
    out += line.Without(text.substr(cut));
    out += line.Rest();
    CHECK(out == "welcome\nout\ncrimux-pid 5\n");
    CHECK(line.pid() == 4711);
  }
}

TEST_CASE("without the line all is passed on, and nobody is known") {
  PidLine line;
  SECTION("a short output, at its end") {
    CHECK(line.Without("not crimux-pid 7\nsh: exec: not found\n").empty());
    CHECK(line.Rest() == "not crimux-pid 7\nsh: exec: not found\n");
  }
  SECTION("a long one, at once") {
    std::string much(70'000, 'x');
    CHECK((line.Without(much) == much));
    CHECK(line.Without("crimux-pid 7\n") == "crimux-pid 7\n");
  }
  CHECK_FALSE(line.pid());
}

TEST_CASE("what is no process to kill is none") {
  PidLine line;
  CHECK(line.Without(GENERATE("crimux-pid $$\n", "crimux-pid 1\n", "crimux-pid -5\n",
                              "crimux-pid 7x\n", "crimux-pid 99999999999999999999\n"))
            .empty());
  CHECK_FALSE(line.pid());
}

}  // namespace
}  // namespace crimux::vm
