#include "vmruntime/cgroup/cpu_list.h"

#include <charconv>
#include <sstream>

#include "base/error.h"

namespace crimux::vm {
namespace {

constexpr unsigned kMost = 1 << 16;

[[noreturn]] void Refuse(const std::string& list) {
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "read list of CPUs", list,
              "it is no list such as 0-2,5");
}

unsigned Number(std::string_view text, const std::string& list) {
  unsigned number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > kMost) Refuse(list);
  return number;
}

}  // namespace

std::set<unsigned> ParseCpuList(const std::string& list) {
  std::set<unsigned> cpus;
  std::istringstream parts(list);
  for (std::string part; std::getline(parts, part, ',');) {
    size_t dash = part.find('-');
    unsigned first = Number(std::string_view(part).substr(0, dash), list);
    unsigned last =
        dash == std::string::npos ? first : Number(std::string_view(part).substr(dash + 1), list);
    if (last < first) Refuse(list);
    for (unsigned cpu = first; cpu <= last; ++cpu) cpus.insert(cpu);
  }
  if (cpus.empty()) Refuse(list);
  return cpus;
}

}  // namespace crimux::vm
