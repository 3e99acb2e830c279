#include "base/fault_point.h"

#include <signal.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string>

namespace crimux {
namespace {

struct Fault {
  std::string name;
  std::atomic<int> left{1};
};

Fault ReadFault() {
  const char* text = std::getenv("CRIMUX_FAULT");
  std::string_view rest = text ? text : "";
  size_t colon = rest.find(':');
  int times = 1;
  if (colon != std::string_view::npos) {
    std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), times);
  }
  return {.name = std::string(rest.substr(0, colon)), .left = times};
}

}  // namespace

void FaultPoint(std::string_view name) {
  static Fault fault = ReadFault();
  if (fault.name != name || fault.left.fetch_sub(1) != 1) return;
  spdlog::warn("dying at {}, as CRIMUX_FAULT says", name);
  ::raise(SIGKILL);
}

}  // namespace crimux
