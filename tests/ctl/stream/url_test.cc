#include "ctl/stream/url.h"

#include <catch2/catch.hpp>

#include "base/error.h"
#include "ctl/stream/status.h"

namespace crimux::ctl {
namespace {

TEST_CASE("the URL of a runtime names host, port and target") {
  CHECK(ParseStreamUrl("http://127.0.0.1:4321/exec/to-ken") ==
        StreamUrl{"127.0.0.1", "4321", "/exec/to-ken"});
  CHECK(ParseStreamUrl("http://[::1]:80/a?b=c%20d") == StreamUrl{"::1", "80", "/a?b=c%20d"});
  CHECK(ParseStreamUrl("http://node/a") == StreamUrl{"node", "80", "/a"});
}

TEST_CASE("what is no http URL is refused by name") {
  CHECK_THROWS_WITH(ParseStreamUrl("https://node/a"),
                    "use the runtime's URL \"https://node/a\": its scheme is not http");
  CHECK_THROWS_AS(ParseStreamUrl("/exec/token"), Error);
  CHECK_THROWS_AS(ParseStreamUrl("http://node:port/"), Error);
  CHECK_THROWS_AS(ParseStreamUrl(""), Error);
}

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
