#include "vmruntime/oci/challenge.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

using Parameters = std::map<std::string, std::string>;

TEST_CASE("a challenge has a scheme and parameters") {
  auto all = ParseChallenges(
      "Bearer realm=\"https://auth.example.com/token\",service=registry.example.com , "
      "Scope=\"repository:a/b:pull,push\"");
  REQUIRE(all.size() == 1);
  CHECK(all[0].scheme == "bearer");
  CHECK(all[0].parameters == Parameters{{"realm", "https://auth.example.com/token"},
                                        {"service", "registry.example.com"},
                                        {"scope", "repository:a/b:pull,push"}});
}

TEST_CASE("one header may hold several challenges") {
  auto all = ParseChallenges("Negotiate, Basic realm=\"a \\\"b\\\"\", Bearer realm=x");
  REQUIRE(all.size() == 3);
  CHECK(all[0].scheme == "negotiate");
  CHECK(all[0].parameters.empty());
  CHECK(all[1].parameters == Parameters{{"realm", "a \"b\""}});
  CHECK(all[2].parameters == Parameters{{"realm", "x"}});
}

TEST_CASE("what can't be read of a challenge is left out") {
  CHECK(ParseChallenges("").empty());
  CHECK(ParseChallenges("=,=").empty());
  CHECK(ParseChallenges("\"").empty());
  auto open = ParseChallenges("Bearer realm=\"https://a, service=b");
  REQUIRE(open.size() == 1);
  CHECK(open[0].parameters.empty());
}

}  // namespace
}  // namespace crimux::vm
