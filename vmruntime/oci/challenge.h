#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crimux::vm {

// A challenge of RFC 9110, 11.6.1: how a server wants to be shown who asks.
struct Challenge {
  std::string scheme;  // in lower case: "bearer", "basic"
  // By their names in lower case.
  std::map<std::string, std::string> parameters;
};

// Those of one header WWW-Authenticate; ends where it can't be read.
std::vector<Challenge> ParseChallenges(std::string_view header);

}  // namespace crimux::vm
