#pragma once

#include <string>

namespace crimux {

// "/runtime.v1.RuntimeService/Version" into "runtime.v1" and "Version".
inline void SplitPath(const std::string& path, std::string* package, std::string* method) {
  size_t slash = path.rfind('/');
  *method = path.substr(slash + 1);
  *package = path.substr(1, path.rfind('.', slash) - 1);
}

}  // namespace crimux
