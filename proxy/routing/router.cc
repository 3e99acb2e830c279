#include "proxy/routing/router.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "proxy/routing/match.h"

namespace crimux::proxy {
Router::Router(const Config& config) : routes_(config.routes) {
  for (const RuntimeConfig& runtime : config.runtimes) {
    auto at = runtime.is_default ? runtimes_.begin() : runtimes_.end();
    runtimes_.insert(at, runtime.name);
  }
}

RouteDecision Router::Decide(const RouteSubject& subject) const {
  if (auto refused = RefuseTarget(subject)) return *refused;
  for (const RouteConfig& route : routes_) {
    if (FindMismatch(route, subject).Matches()) return {.runtime = route.runtime, .route = &route};
  }
  auto target = subject.annotations.find(std::string(kTargetAnnotation));
  if (target != subject.annotations.end() && IsRuntime(target->second)) {
    return {.runtime = target->second};
  }
  return {.runtime = runtimes_.front(), .is_default = true};
}

bool Router::IsRuntime(const std::string& name) const {
  return std::ranges::count(runtimes_, name) > 0;
}

std::optional<RouteDecision> Router::RefuseTarget(const RouteSubject& subject) const {
  auto target = subject.annotations.find(std::string(kTargetAnnotation));
  if (target == subject.annotations.end() || IsRuntime(target->second)) return std::nullopt;
  std::set<std::string> known(runtimes_.begin(), runtimes_.end());
  for (const RouteConfig& route : routes_) {
    auto condition = route.annotation.find(target->first);
    if (condition == route.annotation.end()) continue;
    known.insert(condition->second.begin(), condition->second.end());
  }
  if (known.contains(target->second)) return std::nullopt;
  return RouteDecision{
      .status = {grpc::StatusCode::INVALID_ARGUMENT,
                 fmt::format("annotation {} is \"{}\", which names no runtime; known are: {}",
                             kTargetAnnotation, target->second, fmt::join(known, ", "))}};
}

std::string Describe(const RouteConfig& route) {
  std::vector<std::string> conditions;
  if (route.handler) conditions.push_back("handler=" + *route.handler);
  for (const auto& [key, values] : route.annotation) {
    conditions.push_back(fmt::format("annotation {}={}", key, fmt::join(values, "|")));
  }
  for (const auto& [key, values] : route.label) {
    conditions.push_back(fmt::format("label {}={}", key, fmt::join(values, "|")));
  }
  if (!route.pod_namespace.empty()) {
    conditions.push_back(fmt::format("namespace={}", fmt::join(route.pod_namespace, "|")));
  }
  if (!route.image_prefix.empty()) {
    conditions.push_back(fmt::format("image prefix={}", fmt::join(route.image_prefix, "|")));
  }
  return fmt::format("{} -> {}", fmt::join(conditions, ", "), route.runtime);
}

}  // namespace crimux::proxy
