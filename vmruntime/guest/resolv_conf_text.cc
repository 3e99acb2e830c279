#include <fmt/format.h>
#include <fmt/ranges.h>

#include "vmruntime/guest/guest_files.h"
#include "vmruntime/network/link/ip.h"

namespace crimux::vm {
namespace {

bool IsWord(const std::string& text) {
  return !text.empty() &&
         text.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:") ==
             std::string::npos;
}

std::string Line(std::string_view keyword, const std::vector<std::string>& words) {
  std::vector<std::string> good;
  for (const std::string& word : words) {
    if (IsWord(word)) good.push_back(word);
  }
  return good.empty() ? "" : fmt::format("{} {}\n", keyword, fmt::join(good, " "));
}

}  // namespace

std::string ResolvConf(const DnsSettings& dns) {
  std::string text = Line("search", dns.searches);
  for (const std::string& server : dns.servers) {
    if (IsIp(server)) text += fmt::format("nameserver {}\n", server);
  }
  return text + Line("options", dns.options);
}

}  // namespace crimux::vm
