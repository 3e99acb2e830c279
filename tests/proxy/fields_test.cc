// Fields of serialized messages, of any bytes.
#include "proxy/wire/fields.h"

#include <catch2/catch.hpp>

#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

using namespace std::string_literals;

std::string Sample() {
  runtime::v1::Container container;
  container.set_id("an id");
  container.mutable_metadata()->set_name("a name");
  container.set_created_at(-1);
  return container.SerializeAsString();
}

TEST_CASE("all fields are walked, in their order, and make up the message") {
  std::string message = Sample();
  Fields fields(message);
  std::vector<uint32_t> numbers;
  std::string raw;
  while (fields.Next()) {
    numbers.push_back(fields.number());
    raw += fields.raw();
    CHECK(fields.bytes().has_value() == (fields.number() != 7));
  }
  CHECK(fields.IsWellFormed());
  CHECK(numbers == std::vector<uint32_t>{1, 3, 7});
  CHECK(raw == message);
}

TEST_CASE("a field is found by its path, the last of several, an absent one empty") {
  std::string message = Sample();
  CHECK(FindBytes(message, {1}) == "an id");
  CHECK(FindBytes(message, {3, 1}) == "a name");
  CHECK(FindBytes(message, {3, 2}).empty());
  CHECK(FindBytes(message, {9, 1}).empty());
  CHECK(FirstBytes(message, 1) == "an id");
  CHECK(FirstBytes(message, 9).empty());
  // A number is no string.
  CHECK(FindBytes(message, {7}).empty());
  CHECK(FindBytes(message + "\x0a\x03"
                            "new",
                  {1}) == "new");
  CHECK(FindBytes("", {1}).empty());
}

TEST_CASE("malformed bytes end the walk, after what was sound before them") {
  for (const std::string& bad :
       {"\x00"s, "\x0a"s, "\x0a\x05xyz"s, "\x0a\xff"s, "\x0a\xff\xff\xff\xff\xff\xff"s,
        "\x0a\xff\xff\xff\xff\x0f"s, "\x08"s, "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"s,
        "\x09\x01\x02"s, "\x0d\x01"s, "\x0c"s, "\x0e\x01"s, "\x0f\x01"s, "\x0b\x08\x01"s,
        "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"s}) {
    Fields alone(bad);
    CHECK_FALSE(alone.Next());
    CHECK_FALSE(alone.IsWellFormed());
    CHECK_FALSE(alone.Next());
    std::string message = "\x0a\x02id" + bad;
    Fields fields(message);
    CHECK(fields.Next());
    CHECK(fields.bytes() == "id");
    CHECK_FALSE(fields.Next());
    CHECK_FALSE(fields.IsWellFormed());
    CHECK(FindBytes(message, {1}) == "id");
  }
}

TEST_CASE("groups and all wire types are passed over") {
  // 2: varint, 3: 64 bits, 4: 32 bits, 5: a group with a varint in it.
  std::string message = "\x10\x96\x01"s + "\x19" + std::string(8, 'x') + "\x25" +
                        std::string(4, 'y') + "\x2b\x08\x01\x2c"s + "\x0a\x02id";
  Fields fields(message);
  std::vector<uint32_t> numbers;
  while (fields.Next()) numbers.push_back(fields.number());
  CHECK(fields.IsWellFormed());
  CHECK(numbers == std::vector<uint32_t>{2, 3, 4, 5, 1});
  CHECK(FindBytes(message, {1}) == "id");
}

TEST_CASE(
    "every beginning of a message, and every message with one byte changed, is safe to walk") {
  std::string message = Sample();
  for (size_t length = 0; length <= message.size(); ++length) {
    // In memory of its own, so that a sanitizer sees a read past the end.
    std::string part(message, 0, length);
    part.shrink_to_fit();
    Fields fields(part);
    size_t walked = 0;
    while (fields.Next()) walked += fields.raw().size();
    CHECK(walked <= length);
    CHECK(fields.IsWellFormed() == (walked == length));
  }
  for (size_t at = 0; at < message.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = message;
      changed[at] = static_cast<char>(value);
      Fields fields(changed);
      size_t walked = 0;
      while (fields.Next()) walked += fields.raw().size();
      if (walked > changed.size()) FAIL("walked past the end");
      (void)FindBytes(changed, {3, 1});
    }
  }
}

TEST_CASE("a part of a flat message is a message of its own, whatever its slices were") {
  std::string text = "0123456789 and so on, longer than what a slice holds in itself";
  for (size_t cut : {size_t{0}, size_t{5}, text.size()}) {
    grpc::Slice slices[] = {grpc::Slice(text.substr(0, cut)), grpc::Slice(text.substr(cut))};
    Flat flat(grpc::ByteBuffer(slices, 2));
    CHECK(flat.view() == text);
    Flat part(flat.Part(flat.view().substr(3, 40)));
    CHECK(part.view() == text.substr(3, 40));
  }
  Flat none{grpc::ByteBuffer()};
  CHECK(none.view().empty());
  CHECK(none.Part(none.view()).Length() == 0);
}

}  // namespace
}  // namespace crimux::proxy
