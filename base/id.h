#pragma once

#include <string>

namespace crimux {

// A new random id: 64 lower-case hexadecimal digits, the form that container runtimes use.
std::string NewId();

// The first 13 characters of an id, as crictl shows it.
std::string ShortId(const std::string& id);

}  // namespace crimux
