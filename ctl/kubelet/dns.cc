#include "ctl/kubelet/dns.h"

#include <algorithm>
#include <sstream>
#include <string_view>

namespace crimux::ctl {
namespace {

using Words = std::vector<std::string>;

Words Split(const std::string& line) {
  std::istringstream stream(line);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

DnsConfig ParseResolvConf(const std::string& text) {
  DnsConfig dns;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    Words words = Split(line);
    if (words.size() < 2) continue;
    Words arguments(words.begin() + 1, words.end());
    if (words[0] == "nameserver") dns.nameservers.push_back(arguments.front());
    // The last line of each counts.
    if (words[0] == "search") dns.searches = arguments;
    if (words[0] == "options") dns.options = arguments;
  }
  return dns;
}

void AddMissing(Words* words, const Words& more) {
  for (const std::string& word : more) {
    if (std::find(words->begin(), words->end(), word) == words->end()) words->push_back(word);
  }
}

std::string_view OptionName(std::string_view option) { return option.substr(0, option.find(':')); }

// An option of the pod takes the place of the node's of that name.
void MergeOptions(Words* options, const Words& more) {
  for (const std::string& option : more) {
    std::erase_if(*options,
                  [&](const std::string& old) { return OptionName(old) == OptionName(option); });
    options->push_back(option);
  }
}

}  // namespace

DnsConfig PodDns(const Pod& pod, const std::string& resolv_conf) {
  DnsConfig dns;
  if (pod.dns_policy != "None") dns = ParseResolvConf(resolv_conf);
  AddMissing(&dns.nameservers, pod.dns_config.nameservers);
  AddMissing(&dns.searches, pod.dns_config.searches);
  MergeOptions(&dns.options, pod.dns_config.options);
  return dns;
}

}  // namespace crimux::ctl
