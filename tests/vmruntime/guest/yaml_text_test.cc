#include "vmruntime/guest/yaml_text.h"

#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>

#include "vmruntime/annotations/yaml_json.h"

namespace crimux::vm {
namespace {

boost::json::value ThereAndBack(const boost::json::value& value) {
  return ToJson(YAML::Load(ToYaml(value)));
}

TEST_CASE("texts that look like something else stay texts") {
  for (const char* text :
       {"",        "yes",     "No",      "on",    "null",       "~",     "0644",
        "1.5",     "12:30",   "-1",      "0x1f",  "2020-01-02", "=",     "<<",
        "- a",     "a: b",    "#c",      "a #b",  " a",         "a ",    "*x",
        "&x",      "!x",      "%x",      "@x",    "`x`",        "{a",    "[a",
        "'",       "\"",      "\\n",     "a\nb",  "a\n",        "a\n\n", "\n",
        " a\n",    "a\n b\n", "a \nb\n", "\ta\n", "---\n",      "...\n", "gr\xc3\xbc\xc3\x9f\n",
        "\x1b[2J", "\r\n",    "y",       "n",     "a\tb\n",     "# c\n", "a\n\n b\n",
        "? a",     "|",       ">"}) {
    boost::json::value value = boost::json::object{
        {"k", text}, {text, "v"}, {"list", boost::json::array{text, boost::json::array{text}}}};
    INFO(ToYaml(value));
    CHECK(ThereAndBack(value) == value);
  }
}

TEST_CASE("numbers, booleans and nothing stay what they are") {
  boost::json::value value = boost::json::parse(
      R"([0, -5, 18446744073709551615, 1.5, 100000.0, 1e300, 2.5e-300, -0.25, true, false, null])");
  CHECK(ThereAndBack(value) == value);
  CHECK(ToYaml(boost::json::parse("[1e300]")) == "- 1.0e+300\n");
}

TEST_CASE("empty maps and lists, and lists in lists") {
  boost::json::value value =
      boost::json::parse(R"({"a":{},"b":[],"c":[[],[[1]],{}],"d":{"e":{}}})");
  CHECK(ThereAndBack(value) == value);
  CHECK(ToYaml(boost::json::object()) == "{}\n");
}

TEST_CASE("scripts are written as a block that people can read") {
  boost::json::value value = boost::json::object{{"content", "#!/bin/sh\necho hi\n"}};
  CHECK(ToYaml(value) == "content: |\n  #!/bin/sh\n  echo hi\n");
}

}  // namespace
}  // namespace crimux::vm
