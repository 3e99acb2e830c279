#include "proxy/image_reference.h"

namespace crimux::proxy {
namespace {

constexpr size_t kShortest = 6;
constexpr size_t kFull = 64;

}  // namespace

bool IsImageId(std::string_view reference) {
  if (reference.starts_with("sha256:") || reference.starts_with("sha512:")) return true;
  return reference.size() >= kShortest && reference.size() <= kFull && IsHex(reference);
}

bool IsHex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace crimux::proxy
