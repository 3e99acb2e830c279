#include "vmruntime/guest/environment_file.h"

#include <catch2/catch.hpp>

#include "base/file.h"
#include "base/process.h"
#include "tests/temporary_dir.h"

namespace crimux::vm {
namespace {

std::string File(const Environment& environment) {
  std::vector<std::string> left_out;
  return EnvironmentFile(environment, &left_out);
}

TEST_CASE("plain values stand as they are, others in quotes") {
  CHECK(File({{"A", "foo"}, {"URL", "http://x.example:80/y"}, {"EMPTY", ""}}) ==
        "A=foo\nURL=http://x.example:80/y\nEMPTY=\n");
  CHECK(File({{"B", "a b"}, {"C", "say \"hi\""}}) == "B=\"a b\"\nC=\"say \\\"hi\\\"\"\n");
}

TEST_CASE("a shell that reads the file gets exactly the values, whatever they hold") {
  const std::string evil = "$(touch /pwned) `id` \\ \"q\" 'p' ; rm -rf / \n second=line\t<&>";
  TemporaryDir dir;
  WriteFileAtomically(dir.path() / "environment", File({{"EVIL", evil}, {"PLAIN", "x"}}));
  ProcessResult result = RunProcess({.argv = {"sh", "-c", R"(. "$1"; printf %s "$EVIL$PLAIN")",
                                              "sh", (dir.path() / "environment").string()}});
  CHECK(result.Succeeded());
  CHECK(result.out == evil + "x");
}

TEST_CASE("of equal names the last one counts, as in a container") {
  CHECK(File({{"A", "1"}, {"B", "2"}, {"A", "3"}}) == "B=2\nA=3\n");
}

TEST_CASE("names that a shell would run are left out") {
  std::vector<std::string> left_out;
  Environment environment{{"$(reboot)", "x"}, {"a-b", "x"}, {"a\nb", "x"},
                          {"1A", "x"},        {"", "x"},    {"OK_1", "x"}};
  CHECK(EnvironmentFile(environment, &left_out) == "OK_1=x\n");
  CHECK(left_out == std::vector<std::string>{"$(reboot)", "a-b", "a\nb", "1A", ""});
}

}  // namespace
}  // namespace crimux::vm
