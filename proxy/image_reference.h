#pragma once

#include <string_view>

namespace crimux::proxy {

// Whether a reference to an image is the image's id, in full or its beginning: "sha256:…" or 6 to
// 64 hexadecimal digits. "name@sha256:…" is not.
bool IsImageId(std::string_view reference);

bool IsHex(std::string_view text);

}  // namespace crimux::proxy
