#pragma once

#include <string>
#include <vector>

#include "proxy/routing/router.h"

namespace crimux::proxy {

// Why a subject goes where it goes.
struct Explanation {
  // One route, and what it says of the subject.
  struct Rule {
    const RouteConfig* route = nullptr;
    bool matches = false;
    bool decides = false;
    // Why it doesn't decide.
    std::string why_not;
  };

  RouteDecision decision;
  // What decided, in words.
  std::string reason;
  // All of the router's, in its order.
  std::vector<Rule> rules;
};

// What Router::Decide says, with the reasons. The routes are the router's.
Explanation Explain(const Router& router, const RouteSubject& subject);

}  // namespace crimux::proxy
