#include "vmruntime/streaming/terminal_sizes.h"

#include <catch2/catch.hpp>

#include "base/error.h"

namespace crimux::vm::streaming {
namespace {

TEST_CASE("sizes are read wherever the stream is cut") {
  std::string text = R"({"Width":80,"Height":24}{"Width":81,"Height":25}
 {"Height":26,"Width":82})";
  for (size_t cut = 0; cut < text.size(); ++cut) {
    TerminalSizeParser parser;
    parser.Parse(std::string_view(text).substr(0, cut));
    CHECK(parser.Parse(std::string_view(text).substr(cut)) == TerminalSize{82, 26});
  }
  TerminalSizeParser parser;
  std::vector<TerminalSize> sizes;
  for (char byte : text) {
    if (auto size = parser.Parse(std::string_view(&byte, 1))) sizes.push_back(*size);
  }
  CHECK(sizes == std::vector<TerminalSize>{{80, 24}, {81, 25}, {82, 26}});
}

TEST_CASE("what is no size is refused") {
  for (const char* text :
       {"x", "[1,2]", R"({"Width":80})", R"({"Width":"80","Height":24})",
        R"({"Width":-1,"Height":24})", R"({"Width":65536,"Height":24})", "17 "}) {
    INFO(text);
    TerminalSizeParser parser;
    CHECK_THROWS_AS(parser.Parse(text), Error);
  }
}

TEST_CASE("an object that doesn't end is refused") {
  TerminalSizeParser parser;
  CHECK_THROWS_AS(parser.Parse(R"({"Width":)" + std::string(2000, ' ')), Error);
}

}  // namespace
}  // namespace crimux::vm::streaming
