// The walker of serialized messages, against protobuf's own.
#include "proxy/wire/fields.h"

#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

using proxy::Fields;
using proxy::FindBytes;

constexpr int kDeepest = 8;

bool IsWithin(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// All pieces lie in the message, one behind the other, and are all of it unless it is malformed.
void Walk(std::string_view message, int depth) {
  Fields fields(message);
  size_t length = 0;
  while (fields.Next()) {
    Require(fields.number() != 0, "a field has a number");
    Require(fields.raw().data() == message.data() + length, "fields follow each other");
    length += fields.raw().size();
    if (!fields.bytes()) continue;
    Require(IsWithin(*fields.bytes(), fields.raw()), "the content lies in the field");
    if (depth < kDeepest) Walk(*fields.bytes(), depth + 1);
  }
  Require(!fields.IsWellFormed() || length == message.size(), "nothing is left out");
}

// What protobuf accepts, the walker does, and finds the same in it.
void Compare(std::string_view message) {
  runtime::v1::ContainerStatusRequest parsed;
  if (!parsed.ParseFromArray(message.data(), static_cast<int>(message.size()))) return;
  Fields fields(message);
  while (fields.Next()) {
  }
  Require(fields.IsWellFormed(), "what protobuf accepts is well formed");
  Require(FindBytes(message, {1}) == parsed.container_id(), "the id is protobuf's");
}

}  // namespace

std::vector<std::string> Seeds() {
  runtime::v1::ContainerStatusRequest request;
  request.set_container_id("d043720b0416bf");
  request.set_verbose(true);
  return {request.SerializeAsString(), SampleSandboxRequest(), SampleImages(),
          std::string("\x0b\x08\x01\x0c", 4), std::string("\x0d\x01\x02\x03\x04", 5)};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view message = crimux::fuzz::Text(data, size);
  crimux::fuzz::Walk(message, 0);
  crimux::fuzz::Compare(message);
  for (uint32_t number : {1U, 2U, 3U, 16U}) {
    std::string_view found = crimux::proxy::FindBytes(message, {1, number});
    crimux::fuzz::Require(crimux::fuzz::IsWithin(found, message),
                          "what is found is in the message");
  }
  return 0;
}
