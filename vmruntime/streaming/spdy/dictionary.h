#pragma once

#include <string_view>

namespace crimux::vm::spdy {

// What SPDY/3's zlib streams of headers know from the start.
std::string_view HeaderDictionary();

}  // namespace crimux::vm::spdy
