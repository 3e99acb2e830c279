// What gRPC over HTTP/2 says in bytes: texts of headers, frames of messages.
#include <catch2/catch.hpp>

#include "proxy/http2/grpc_texts.h"
#include "proxy/http2/inflate.h"
#include "proxy/http2/message_reader.h"
#include "proxy/http2/outgoing.h"
#include "proxy/wire/message.h"
#include "tests/proxy/http2_peer.h"

namespace crimux::proxy::http2 {
namespace {

using grpc::StatusCode;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST_CASE("timeouts are read in each unit, and what is none is told from it") {
  CHECK(ParseTimeout("7n") == nanoseconds(7));
  CHECK(ParseTimeout("7u") == nanoseconds(7000));
  CHECK(ParseTimeout("7m") == milliseconds(7));
  CHECK(ParseTimeout("7S") == seconds(7));
  CHECK(ParseTimeout("7M") == seconds(420));
  CHECK(ParseTimeout("7H") == hours(7));
  CHECK(ParseTimeout("99999999H") == hours(24 * 365));
  for (const char* bad : {"", "7", "m", "-7m", "7x", "7.5S", " 7S", "123456789m"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseTimeout(bad));
  }
}

TEST_CASE("a timeout that is written is no shorter than the time, and read again nearly the same") {
  for (nanoseconds time : {nanoseconds(1), nanoseconds(99'999'999), nanoseconds(100'000'001),
                           nanoseconds(seconds(120)) + nanoseconds(1), nanoseconds(hours(4000))}) {
    CAPTURE(FormatTimeout(time));
    auto read = ParseTimeout(FormatTimeout(time));
    REQUIRE(read);
    CHECK(*read >= time);
    CHECK(*read <= time + time / 100 + nanoseconds(1));
  }
  CHECK(FormatTimeout(nanoseconds(-5)) == "0n");
  CHECK(FormatTimeout(nanoseconds::max()) == "31536000S");
}

TEST_CASE("error messages of all bytes come back from headers as they were") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  std::string encoded = EncodeMessage(all);
  for (char c : encoded) CHECK((c >= ' ' && c <= '~'));
  CHECK(DecodeMessage(encoded) == all);
  CHECK(EncodeMessage("100% \n") == "100%25 %0A");
  CHECK(DecodeMessage("%4 %zz %41%") == "%4 %zz A%");
}

TEST_CASE("binary values come back from base64, padded or not") {
  for (const char* bytes : {"", "a", "ab", "abc", "abcd"}) {
    CHECK(DecodeBinary(EncodeBinary(bytes)) == bytes);
    CHECK(EncodeBinary(bytes).find('=') == std::string::npos);
  }
  CHECK(DecodeBinary("YQ==") == "a");
  CHECK_FALSE(DecodeBinary("YQ!"));
  CHECK_FALSE(DecodeBinary("YQABC"));
}

TEST_CASE("codes are those of gRPC, and Unknown where there is none") {
  CHECK(ParseStatusCode("0") == StatusCode::OK);
  CHECK(ParseStatusCode("16") == StatusCode::UNAUTHENTICATED);
  for (const char* bad : {"17", "-1", "x", "1x", ""}) {
    CHECK(ParseStatusCode(bad) == StatusCode::UNKNOWN);
  }
  CHECK(CodeOfHttpStatus("404") == StatusCode::UNIMPLEMENTED);
  CHECK(CodeOfHttpStatus("503") == StatusCode::UNAVAILABLE);
  CHECK(CodeOfHttpStatus("500") == StatusCode::UNKNOWN);
  CHECK(CodeOfReset(NGHTTP2_CANCEL) == StatusCode::CANCELLED);
  CHECK(CodeOfReset(NGHTTP2_REFUSED_STREAM) == StatusCode::UNAVAILABLE);
  CHECK(CodeOfReset(NGHTTP2_PROTOCOL_ERROR) == StatusCode::INTERNAL);
}

std::string TextOf(const grpc::ByteBuffer& buffer) { return std::string(Flat(buffer).view()); }

TEST_CASE("messages are read wherever the bytes are cut") {
  std::string bytes = Framed("one") + Framed("") + Framed(std::string(300, 'x'));
  for (size_t piece : {1, 2, 5, 7, 1000}) {
    CAPTURE(piece);
    MessageReader reader(1000);
    std::vector<std::string> messages;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      std::string_view part = std::string_view(bytes).substr(at, piece);
      while (!part.empty()) {
        size_t taken = reader.Take(part);
        part.remove_prefix(taken);
        if (reader.IsWhole()) messages.push_back(TextOf(reader.Message()));
      }
    }
    CHECK(messages == std::vector<std::string>{"one", "", std::string(300, 'x')});
    CHECK_FALSE(reader.IsAmid());
  }
}

TEST_CASE("a message over the limit is not taken, and one that breaks off is amid") {
  MessageReader reader(3);
  std::string large = Framed("four");
  CHECK(reader.Take(large) == 5);
  CHECK(reader.IsTooLarge());
  CHECK(reader.length() == 4);
  CHECK(reader.Take(large) == 0);
  MessageReader other(10);
  other.Take(large.substr(0, 6));
  CHECK(other.IsAmid());
  CHECK_FALSE(other.IsWhole());
}

TEST_CASE("messages go out framed, in whatever pieces they are taken") {
  for (size_t piece : {1, 3, 1000}) {
    Outgoing outgoing;
    CHECK(outgoing.empty());
    outgoing.Add(Concatenate({ToBuffer("on"), ToBuffer(""), ToBuffer("e")}));
    outgoing.Add(ToBuffer(""));
    std::string sent;
    std::vector<uint8_t> part(piece);
    while (size_t taken = outgoing.Take(part.data(), part.size())) {
      sent.append(reinterpret_cast<const char*>(part.data()), taken);
    }
    CHECK(outgoing.empty());
    CHECK(sent == Framed("one") + Framed(""));
  }
}

TEST_CASE("what is marked as compressed and isn't, or is too much, is refused") {
  grpc::ByteBuffer message = ToBuffer("no gzip at all");
  CHECK(Inflate(100, &message).error_code() == StatusCode::INTERNAL);
  message = ToBuffer("");
  CHECK(Inflate(100, &message).error_code() == StatusCode::INTERNAL);
  // 1000 zeros, by zlib.
  const std::string zeros("\x78\x9c\x63\x60\x18\x05\xa3\x60\x14\x0c\x77\x00\x00\x03\xe8\x00\x01",
                          17);
  message = ToBuffer(zeros);
  CHECK(Inflate(999, &message).error_code() == StatusCode::RESOURCE_EXHAUSTED);
  message = ToBuffer(zeros);
  REQUIRE(Inflate(1000, &message).ok());
  CHECK(TextOf(message) == std::string(1000, '\0'));
  message = ToBuffer(zeros + "x");
  CHECK(Inflate(2000, &message).error_code() == StatusCode::INTERNAL);
}

}  // namespace
}  // namespace crimux::proxy::http2
