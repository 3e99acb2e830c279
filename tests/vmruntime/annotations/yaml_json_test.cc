#include "vmruntime/annotations/yaml_json.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

using Catch::Contains;

boost::json::value Read(const std::string& yaml) { return ToJson(YAML::Load(yaml)); }
boost::json::value Json(const std::string& text) { return boost::json::parse(text); }

TEST_CASE("words without quotes mean what cloud-init takes them for") {
  CHECK(Read("[yes, On, true, no, off, False]") == Json("[true,true,true,false,false,false]"));
  CHECK(Read("[y, n, nope, TrUe]") == Json(R"(["y","n","nope","TrUe"])"));
  CHECK(Read("[~, null, ]") == Json("[null,null]"));
  CHECK(Read("[0644, 0x1F, 0b11, 1_000, -7, +8, 0]") == Json("[420,31,3,1000,-7,8,0]"));
  CHECK(Read("[089, 0o17, 12:30, 2020-01-02]") == Json(R"(["089","0o17","12:30","2020-01-02"])"));
  CHECK(Read("[1.5, -.5, 1., 2.5e+3, 1e3, 1.0e3]") ==
        Json(R"([1.5,-0.5,1.0,2500.0,"1e3","1.0e3"])"));
  CHECK(Read("[18446744073709551615, -9223372036854775808]") ==
        Json("[18446744073709551615,-9223372036854775808]"));
}

TEST_CASE("quotes and !!str make a text of anything") {
  CHECK(Read(R"(["0644", 'yes', "", !!str 5, "null"])") == Json(R"(["0644","yes","","5","null"])"));
}

TEST_CASE("aliases and merge keys are resolved, and of two keys the last one counts") {
  CHECK(Read("a: &x {k: 1}\nb: *x") == Json(R"({"a":{"k":1},"b":{"k":1}})"));
  CHECK(Read("a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}").at("b") == Json(R"({"k":3,"l":2})"));
  CHECK(Read("{\"<<\": 1}") == Json(R"({"<<":1})"));
  CHECK(Read("{a: 1, a: 2}") == Json(R"({"a":2})"));
}

TEST_CASE("what can be no value is refused with its place") {
  CHECK_THROWS_WITH(Read("a: !!python/object x"),
                    Contains("line 1") && Contains("!!python/object"));
  CHECK_THROWS_WITH(Read("? [a]\n: b"), Contains("a key is no text"));
  CHECK_THROWS_WITH(Read("a: 18446744073709551616"), Contains("too large"));
  CHECK_THROWS_WITH(Read("a: -9223372036854775809"), Contains("too small"));
  CHECK_THROWS_WITH(Read("a: {<<: 5}"), Contains("takes a map"));
}

TEST_CASE("a document that unfolds into too much is refused") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += before + ", ";
    bomb += "]\n";
  }
  CHECK_THROWS_WITH(Read(bomb), Contains("unfold"));
  CHECK_THROWS_WITH(Read(std::string(200, '[') + std::string(200, ']')), Contains("too deeply"));
}

}  // namespace
}  // namespace crimux::vm
