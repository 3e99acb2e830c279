#pragma once

#include <grpcpp/support/status.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"

namespace crimux::proxy {

// The annotation that names a runtime outright; pod definitions of old use it.
inline constexpr std::string_view kTargetAnnotation = "kubernetes.io/target-runtime";

// What of a pod or an image decides where it goes.
struct RouteSubject {
  std::string handler;
  std::map<std::string, std::string> annotations;
  std::map<std::string, std::string> labels;
  std::string pod_namespace;
  // Set for images only.
  std::optional<std::string> image;
};

struct RouteDecision {
  // Anything but OK: `runtime` is empty. INVALID_ARGUMENT for a target annotation that no route
  // and no runtime's name answers to.
  grpc::Status status;
  std::string runtime;
  // Which route decided; nullptr: none, so the target annotation or the default did.
  const RouteConfig* route = nullptr;
  bool is_default = false;
};

// Decides by the routes of a config: the first whose conditions all match. After them, a target
// annotation that is a runtime's name; then the default runtime.
class Router {
 public:
  explicit Router(const Config& config);

  RouteDecision Decide(const RouteSubject& subject) const;

  const std::vector<RouteConfig>& routes() const { return routes_; }

 private:
  std::optional<RouteDecision> RefuseTarget(const RouteSubject& subject) const;
  bool IsRuntime(const std::string& name) const;

  std::vector<RouteConfig> routes_;
  // The default first.
  std::vector<std::string> runtimes_;
};

// A route in one line: "handler=vm -> vm".
std::string Describe(const RouteConfig& route);

}  // namespace crimux::proxy
