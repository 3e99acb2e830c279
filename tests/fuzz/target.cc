#include "tests/fuzz/target.h"

#include <google/protobuf/stubs/logging.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace crimux::fuzz {
namespace {

// Protobuf's words about strings that aren't UTF-8 would fill the log.
[[maybe_unused]] auto* const silenced = google::protobuf::SetLogHandler(nullptr);

}  // namespace

void Require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "fuzz: does not hold: %s\n", what);
  std::abort();
}

std::string_view TakePart(std::string_view* text) {
  if (text->empty()) return {};
  size_t length = std::min<size_t>(static_cast<unsigned char>(text->front()), text->size() - 1);
  std::string_view part = text->substr(1, length);
  text->remove_prefix(1 + length);
  return part;
}

std::string Part(const std::string& text) {
  Require(text.size() < 256, "a part of less than 256 bytes");
  return std::string(1, static_cast<char>(text.size())) + text;
}

}  // namespace crimux::fuzz
