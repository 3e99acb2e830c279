#include "base/id.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/random.h>

#include <array>
#include <cerrno>

#include "base/error.h"

namespace crimux {

std::string NewId() {
  std::array<unsigned char, 32> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw SystemError(errno, "get random bytes", "");
  }
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string ShortId(const std::string& id) { return id.substr(0, 13); }

}  // namespace crimux
