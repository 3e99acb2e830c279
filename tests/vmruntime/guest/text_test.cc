#include "vmruntime/guest/text.h"

#include <catch2/catch.hpp>

#include "base/process.h"

namespace crimux::vm {
namespace {

TEST_CASE("text is UTF-8 without control characters") {
  for (const char* text :
       {"", "a\tb\n", "gr\xc3\xbc\xc3\x9f", "\xf0\x9f\x90\x8c", "\xe2\x82\xac"}) {
    CHECK(IsPlainText(text));
  }
  for (const char* bytes :
       {"\x1b", "\r", "\x7f", "\xc3", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbf", "\xe0\x80\x80"}) {
    CHECK_FALSE(IsPlainText(bytes));
  }
  CHECK_FALSE(IsPlainText(std::string("a\0b", 3)));
}

TEST_CASE("base64 there and back") {
  for (const std::string& bytes :
       {std::string(), std::string("a"), std::string("ab"), std::string("abc"),
        std::string("\0\xff\x80", 3), std::string(1000, '\x01')}) {
    CHECK(FromBase64(ToBase64(bytes)) == bytes);
  }
  CHECK(ToBase64("multi off\n") == "bXVsdGkgb2ZmCg==");
  CHECK(FromBase64(" bXVsdGkg\n b2ZmCg==\r\n") == "multi off\n");
}

TEST_CASE("what is no base64 is refused") {
  for (const char* text : {"a", "ab", "abc", "a===", "====", "ab=c", "a*cd", "\xff\xff\xff\xff"}) {
    CHECK_THROWS_WITH(FromBase64(text), "it is not base64");
  }
}

TEST_CASE("a shell gets back what was put in quotes") {
  const std::string evil = "a'b\"c$(id)`id`\\ \n;&<> *?";
  ProcessResult result = RunProcess({.argv = {"sh", "-c", "printf %s " + ShellQuoted(evil)}});
  CHECK(result.out == evil);
}

}  // namespace
}  // namespace crimux::vm
