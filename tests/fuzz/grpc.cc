// What calls and answers say in headers and in frames of messages: what is read and written again
// is the same, wherever the bytes are cut.
#include "proxy/front/request_head.h"
#include "proxy/http2/grpc_texts.h"
#include "proxy/http2/inflate.h"
#include "proxy/http2/message_reader.h"
#include "proxy/http2/outgoing.h"
#include "proxy/wire/message.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

using namespace proxy::http2;

constexpr size_t kLimit = 1000;

void CheckTexts(std::string_view text) {
  Require(DecodeMessage(EncodeMessage(text)) == text, "a message comes back");
  Require(DecodeBinary(EncodeBinary(text)) == text, "binary values come back");
  if (auto bytes = DecodeBinary(text)) {
    Require(DecodeBinary(EncodeBinary(*bytes)) == bytes, "what was base64 can be again");
  }
  (void)DecodeMessage(text);
  (void)ParseStatusCode(text);
  if (auto time = ParseTimeout(text)) {
    auto again = ParseTimeout(FormatTimeout(*time));
    Require(again && *again >= *time, "a timeout is not cut short");
  }
}

void CheckHead(std::string_view text) {
  proxy::RequestHead head;
  while (!text.empty()) {
    std::string_view name = TakePart(&text);
    head.Add(name, TakePart(&text));
  }
  (void)head.Refusal();
  if (head.Check().ok()) (void)head.DeadlineFromNow();
}

// The messages that `bytes` begins with, framed again.
std::string FramedAgain(std::string_view bytes, size_t piece) {
  MessageReader reader(kLimit);
  Outgoing outgoing;
  while (!bytes.empty() && !reader.IsTooLarge()) {
    std::string_view part = bytes.substr(0, piece);
    bytes.remove_prefix(reader.Take(part));
    if (!reader.IsWhole()) continue;
    grpc::ByteBuffer message = reader.Message();
    outgoing.Add(message);
    (void)Inflate(kLimit, &message);
    Require(message.Length() <= kLimit, "no more than the limit");
  }
  std::string again;
  again.resize(1 << 20);
  again.resize(outgoing.Take(reinterpret_cast<uint8_t*>(again.data()), again.size()));
  Require(outgoing.empty(), "all is taken");
  return again;
}

void CheckFrames(std::string_view bytes) {
  std::string whole = FramedAgain(bytes, bytes.size());
  Require(FramedAgain(bytes, 1) == whole, "cuts change nothing");
  Require(FramedAgain(bytes, 7) == whole, "cuts change nothing");
}

}  // namespace

std::vector<std::string> Seeds() {
  return {"100m",
          "no%20such%0Athing",
          "YWJj",
          std::string("\0\0\0\0\3abc\0\0\0\0\0", 13),
          Part(":path") + Part("/a") + Part("grpc-timeout") + Part("1S") + Part("k") + Part("v"),
          std::string("\1\0\0\0\x11\x78\x9c\x63\x60\x18\x05\xa3\x60\x14\x0c\x77\0\0\x03\xe8\0\x01",
                      22)};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text = crimux::fuzz::Text(data, size);
  crimux::fuzz::CheckTexts(text);
  crimux::fuzz::CheckHead(text);
  crimux::fuzz::CheckFrames(text);
  return 0;
}
