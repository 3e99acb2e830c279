#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "proxy/routing/router.h"

namespace crimux::proxy {

// The first condition of a route that a subject does not meet.
struct Mismatch {
  enum class Condition { kNone, kHandler, kNamespace, kAnnotation, kLabel, kImagePrefix };

  Condition condition = Condition::kNone;
  // The annotation's or label's name; the route's own.
  std::string_view key;

  bool Matches() const { return condition == Condition::kNone; }
};

Mismatch FindMismatch(const RouteConfig& route, const RouteSubject& subject);

// In words: `annotation a is "x", not "y" or "z"`. Empty when it matches.
std::string Describe(const Mismatch& mismatch, const RouteConfig& route,
                     const RouteSubject& subject);

}  // namespace crimux::proxy
