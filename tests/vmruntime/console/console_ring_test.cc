#include "vmruntime/console/console_ring.h"

#include <catch2/catch.hpp>

namespace crimux::vm {
namespace {

// All from a place on.
std::string Rest(const ConsoleRing& ring, uint64_t at, size_t most = 1000) {
  std::string all;
  while (at < ring.end()) {
    std::string piece = ring.Read(at, most);
    at += piece.size();
    all += piece;
  }
  return all;
}

TEST_CASE("a ring keeps the last bytes, whatever the pieces in which they come") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += std::to_string(i) + " ";
  for (size_t piece : {1, 3, 7, 10, 11, 64, 5000}) {
    ConsoleRing ring(10);
    for (size_t at = 0; at < text.size(); at += piece) {
      ring.Append(text.substr(at, piece));
      size_t end = std::min(at + piece, text.size());
      REQUIRE(ring.end() == end);
      REQUIRE(ring.begin() == (end > 10 ? end - 10 : 0));
      REQUIRE(Rest(ring, ring.begin(), 3) == text.substr(ring.begin(), end - ring.begin()));
      REQUIRE(Rest(ring, end - 1) == text.substr(end - 1, 1));
    }
  }
}

TEST_CASE("an empty ring has nothing to read") {
  ConsoleRing ring(10);
  CHECK(ring.begin() == 0);
  CHECK(ring.end() == 0);
  CHECK(ring.Read(0, 100).empty());
}

}  // namespace
}  // namespace crimux::vm
