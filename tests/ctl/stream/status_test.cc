#include "ctl/stream/status.h"

#include <catch2/catch.hpp>

namespace crimux::ctl {
namespace {

TEST_CASE("a session's status has the exit code, or what failed") {
  CHECK(ExitCodeOf(R"({"metadata":{},"status":"Success"})") == 0);
  CHECK(ExitCodeOf(R"({"status":"Failure","message":"m","reason":"NonZeroExitCode",)"
                   R"("details":{"causes":[{"reason":"Other","message":"1"},)"
                   R"({"reason":"ExitCode","message":"137"}]}})") == 137);
  CHECK_THROWS_WITH(ExitCodeOf(R"({"status":"Failure","message":"no such file",)"
                               R"("reason":"InternalError"})"),
                    "run in container: no such file");
  CHECK_THROWS_WITH(ExitCodeOf(R"({"status":"Failure","message":"odd","reason":"NonZeroExitCode",)"
                               R"("details":{"causes":[{"reason":"ExitCode","message":"3x"}]}})"),
                    "run in container: odd");
  CHECK_THROWS_WITH(ExitCodeOf("exit status 3"), Catch::Contains("it is not JSON"));
}

}  // namespace
}  // namespace crimux::ctl
