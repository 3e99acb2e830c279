#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crimux::vm {

// The two halves of the escaping rule that image_name.h gives, for the part of an image name after
// the scheme.

// Path and query of a URL (with its host in front, without scheme) as components of an image name.
std::string EscapeUrlText(std::string_view text);

// One component back; nullopt when "__" is not followed by two lower-case hexadecimal digits.
std::optional<std::string> UnescapeComponent(std::string_view component);

}  // namespace crimux::vm
