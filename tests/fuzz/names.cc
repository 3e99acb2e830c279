// A name prefix put into messages, and taken out of them, wherever the method table says that names
// are.
#include <google/protobuf/unknown_field_set.h>

#include "proxy/method_table.h"
#include "proxy/runtime/image_prefix.h"
#include "proxy/wire/texts.h"
#include "tests/fuzz/samples.h"
#include "tests/fuzz/target.h"

namespace crimux::fuzz {
namespace {

using proxy::RewriteTexts;
using proxy::TextPlaces;

bool IsMessage(std::string_view bytes) {
  google::protobuf::UnknownFieldSet any;
  return any.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

void Check(std::string_view message, const TextPlaces& places, const proxy::ImagePrefix& prefix) {
  auto keep = [](std::string_view) { return std::nullopt; };
  Require(!RewriteTexts(message, places, keep), "what doesn't change isn't rewritten");
  auto out = [&](std::string_view text) { return prefix.PutBack(text); };
  auto in = [&](std::string_view text) { return prefix.Strip(text); };
  auto outside = RewriteTexts(message, places, out);
  if (outside) {
    auto inside = RewriteTexts(*outside, places, in);
    Require(inside.has_value(), "what was put in can be taken out");
    // Not byte for byte: lengths may have been written in more bytes than they need.
    auto again = RewriteTexts(*inside, places, out);
    Require(again == outside, "putting in, out, and in again is putting in");
  }
  (void)RewriteTexts(message, places, in);
  if (outside && IsMessage(message)) Require(IsMessage(*outside), "a message stays one");
}

}  // namespace

std::vector<std::string> Seeds() {
  return {SampleImages(), SampleContainers(), SampleContainerStatus(), SamplePullRequest()};
}

}  // namespace crimux::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const crimux::proxy::ImagePrefix prefix("second.example/");
  for (const crimux::proxy::Method& method : crimux::proxy::Methods()) {
    for (const auto* places : {method.traits.names_in, method.traits.names_out}) {
      if (places == nullptr) continue;
      crimux::fuzz::Check(crimux::fuzz::Text(data, size), *places, prefix);
    }
  }
  return 0;
}
