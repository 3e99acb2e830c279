#include "vmruntime/streaming/spdy/header_block.h"

#include <zlib.h>

#include <catch2/catch.hpp>

#include "base/error.h"
#include "vmruntime/streaming/spdy/bytes.h"
#include "vmruntime/streaming/spdy/dictionary.h"

namespace crimux::vm::spdy {
namespace {

constexpr size_t kLimit = 64 << 10;

TEST_CASE("the dictionary is SPDY/3's") {
  std::string_view dictionary = HeaderDictionary();
  auto sum = ::adler32(::adler32(0, nullptr, 0), reinterpret_cast<const Bytef*>(dictionary.data()),
                       static_cast<uInt>(dictionary.size()));
  // zlib puts this number at the beginning of every stream that uses it.
  CHECK(sum == 0xe3c6a7c2);
}

TEST_CASE("blocks of one connection share one compression context") {
  HeaderDeflater deflater;
  HeaderInflater inflater(kLimit);
  Headers headers{{"streamtype", "error"}, {"port", "8080"}, {"requestid", "17"}};
  std::string first = deflater.Deflate(headers);
  std::string second = deflater.Deflate(headers);
  CHECK(second.size() < first.size());
  CHECK(inflater.Inflate(first) == headers);
  CHECK(inflater.Inflate(second) == headers);
  CHECK_THROWS_AS(HeaderInflater(kLimit).Inflate(second), Error);
}

TEST_CASE("blocks of any length go through") {
  HeaderDeflater deflater;
  HeaderInflater inflater(kLimit);
  for (size_t size : {0, 1, 4083, 4084, 4085, 8192, 60000}) {
    Headers headers{{"name", std::string(size, 'x')}};
    CHECK(inflater.Inflate(deflater.Deflate(headers)) == headers);
  }
}

TEST_CASE("a small block that inflates to a large one is refused") {
  std::string bomb = HeaderDeflater().Deflate({{"name", std::string(1 << 20, 'x')}});
  CHECK(bomb.size() < 4096);
  CHECK_THROWS_WITH(HeaderInflater(kLimit).Inflate(bomb), Catch::Contains("too long"));
}

TEST_CASE("a block that is cut short or damaged is refused") {
  std::string block = HeaderDeflater().Deflate({{"streamtype", "stdin"}});
  for (size_t size = 0; size + 6 < block.size(); ++size) {
    CHECK_THROWS_AS(HeaderInflater(kLimit).Inflate(block.substr(0, size)), Error);
  }
  CHECK_THROWS_AS(HeaderInflater(kLimit).Inflate("no zlib stream"), Error);
}

TEST_CASE("lengths that lead out of the block are refused") {
  std::string too_many;
  AddUint32(1000000, too_many);
  CHECK_THROWS_WITH(ParseHeaders(too_many), Catch::Contains("too many"));
  std::string too_long;
  AddUint32(1, too_long);
  AddUint32(0xffffffff, too_long);
  CHECK_THROWS_WITH(ParseHeaders(too_long), Catch::Contains("longer than its block"));
  CHECK_THROWS_WITH(ParseHeaders(SerializeHeaders({{"a", "b"}}) + "x"), Catch::Contains("goes on"));
  CHECK_THROWS_WITH(ParseHeaders("abc"), Catch::Contains("no count"));
}

}  // namespace
}  // namespace crimux::vm::spdy
