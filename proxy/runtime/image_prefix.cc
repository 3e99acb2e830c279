#include "proxy/runtime/image_prefix.h"

#include "proxy/image_reference.h"

namespace crimux::proxy {
namespace {

bool IsName(std::string_view reference) {
  return !reference.empty() && reference.front() != '<' && !IsImageId(reference);
}

}  // namespace

std::optional<std::string> ImagePrefix::Strip(std::string_view reference) const {
  if (!reference.starts_with(prefix_)) return std::nullopt;
  return std::string(reference.substr(prefix_.size()));
}

std::optional<std::string> ImagePrefix::PutBack(std::string_view reference) const {
  if (!IsName(reference)) return std::nullopt;
  return prefix_ + std::string(reference);
}

bool ImagePrefix::IsForeign(std::string_view reference) const {
  return IsName(reference) && !reference.starts_with(prefix_);
}

}  // namespace crimux::proxy
