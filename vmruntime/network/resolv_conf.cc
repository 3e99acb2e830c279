#include "vmruntime/network/resolv_conf.h"

#include <spdlog/spdlog.h>

#include <sstream>
#include <string>

#include "base/error.h"
#include "base/file.h"

namespace crimux::vm {
namespace {

bool IsLoopback(const std::string& server) { return server.starts_with("127.") || server == "::1"; }

std::vector<std::string> Words(std::istringstream& line) {
  std::vector<std::string> words;
  for (std::string word; line >> word;) words.push_back(word);
  return words;
}

void ReadLine(const std::string& text, DnsSettings* dns) {
  std::istringstream line(text);
  std::string keyword;
  line >> keyword;
  std::vector<std::string> values = Words(line);
  if (values.empty()) return;
  if (keyword == "nameserver" && !IsLoopback(values[0])) dns->servers.push_back(values[0]);
  // Of several lines the last one counts, and "domain" is a search list of one.
  if (keyword == "search") dns->searches = values;
  if (keyword == "domain") dns->searches = {values[0]};
  if (keyword == "options") dns->options.insert(dns->options.end(), values.begin(), values.end());
}

}  // namespace

DnsSettings ReadResolvConf(const std::filesystem::path& file) {
  DnsSettings dns;
  try {
    std::istringstream content(ReadFile(file));
    for (std::string line; std::getline(content, line);) ReadLine(line, &dns);
  } catch (const Error& e) {
    spdlog::warn("the host's DNS settings: {}", e.what());
  }
  return dns;
}

}  // namespace crimux::vm
