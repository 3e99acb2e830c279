#include "vmruntime/guest/merge.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

boost::json::value Merge(const std::string& base, const std::string& over) {
  return MergeMaps(boost::json::parse(base).as_object(), boost::json::parse(over).as_object());
}

TEST_CASE("maps are merged key by key, at any depth") {
  CHECK(Merge(R"({"a":{"b":{"c":1,"d":2}},"e":1})", R"({"a":{"b":{"c":3,"f":4}}})") ==
        boost::json::parse(R"({"a":{"b":{"c":3,"d":2,"f":4}},"e":1})"));
}

TEST_CASE("lists are appended to those of the base") {
  CHECK(Merge(R"({"a":[1,2]})", R"({"a":[2,3]})") == boost::json::parse(R"({"a":[1,2,2,3]})"));
}

TEST_CASE("anything else takes the place of the base's") {
  CHECK(Merge(R"({"a":1,"b":[1],"c":{"x":1},"d":5})", R"({"a":"t","b":{},"c":[2],"d":null})") ==
        boost::json::parse(R"({"a":"t","b":{},"c":[2],"d":null})"));
}

TEST_CASE("merging nothing changes nothing") {
  CHECK(Merge(R"({"a":[1]})", "{}") == boost::json::parse(R"({"a":[1]})"));
  CHECK(Merge("{}", R"({"a":[1]})") == boost::json::parse(R"({"a":[1]})"));
}

}  // namespace
}  // namespace crimux::vm
