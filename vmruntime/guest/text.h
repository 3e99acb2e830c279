#pragma once

#include <string>
#include <string_view>

namespace crimux::vm {

// Whether it is UTF-8, without control characters but tabs and line feeds: what may stand in YAML
// as text.
bool IsPlainText(std::string_view bytes);

std::string ToBase64(std::string_view bytes);
// Blanks and line breaks are passed over. Throws std::invalid_argument.
std::string FromBase64(std::string_view text);

// In quotes for a shell, whatever it holds.
std::string ShellQuoted(std::string_view text);

}  // namespace crimux::vm
