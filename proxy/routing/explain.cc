#include "proxy/routing/explain.h"

#include <fmt/format.h>

#include "proxy/routing/match.h"

namespace crimux::proxy {
namespace {

std::string Reason(const Router& router, const RouteDecision& decision) {
  if (!decision.status.ok()) return decision.status.error_message();
  if (decision.route != nullptr) {
    auto index = decision.route - router.routes().data();
    return fmt::format("route {} decides: {}", index + 1, Describe(*decision.route));
  }
  if (decision.is_default) return "no route matches, so the default runtime has it";
  return fmt::format("no route matches, and annotation {} names the runtime", kTargetAnnotation);
}

std::string WhyNot(const RouteDecision& decision, const RouteConfig& route,
                   const Mismatch& mismatch, const RouteSubject& subject) {
  if (!mismatch.Matches()) return Describe(mismatch, route, subject);
  if (!decision.status.ok()) return "it matches, but the annotation is refused before any route";
  return "it matches too, but an earlier route decides";
}

}  // namespace

Explanation Explain(const Router& router, const RouteSubject& subject) {
  Explanation explanation;
  explanation.decision = router.Decide(subject);
  explanation.reason = Reason(router, explanation.decision);
  for (const RouteConfig& route : router.routes()) {
    Mismatch mismatch = FindMismatch(route, subject);
    Explanation::Rule rule{.route = &route, .matches = mismatch.Matches()};
    rule.decides = explanation.decision.route == &route;
    if (!rule.decides) rule.why_not = WhyNot(explanation.decision, route, mismatch, subject);
    explanation.rules.push_back(std::move(rule));
  }
  return explanation;
}

}  // namespace crimux::proxy
