#include "vmruntime/streaming/command_status.h"

#include <catch2/catch.hpp>

namespace crimux::vm::streaming {
namespace {

TEST_CASE("success is a JSON status from version 4 on, and no word before") {
  CHECK(StatusText({}, StatusForm::kJson) == R"({"metadata":{},"status":"Success"})");
  CHECK(StatusText({}, StatusForm::kWords).empty());
}

TEST_CASE("an exit code is among the causes") {
  CHECK(
      StatusText({.exit_code = 42, .failure = ""}, StatusForm::kJson) ==
      R"({"metadata":{},"status":"Failure",)"
      R"("message":"command terminated with non-zero exit code: exit status 42",)"
      R"("reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"42"}]}})");
  CHECK(StatusText({.exit_code = 42, .failure = ""}, StatusForm::kWords) ==
        "command terminated with non-zero exit code: exit status 42");
}

TEST_CASE("a failure is an internal error with its reason") {
  CHECK(StatusText({.exit_code = 0, .failure = "no \"way\""}, StatusForm::kJson) ==
        R"({"metadata":{},"status":"Failure","message":"no \"way\"","reason":"InternalError",)"
        R"("code":500,"details":{"causes":[{"message":"no \"way\""}]}})");
  CHECK(StatusText({.exit_code = 0, .failure = "no way"}, StatusForm::kWords) == "no way");
}

}  // namespace
}  // namespace crimux::vm::streaming
