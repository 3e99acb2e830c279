#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "ctl/doctor/checks.h"
#include "ctl/report/json_view.h"

namespace crimux::ctl {
namespace {

const RuntimeConfig& RuntimeOf(const Config& config, const std::string& handler) {
  for (const RouteConfig& route : config.routes) {
    if (route.handler != handler) continue;
    for (const RuntimeConfig& runtime : config.runtimes) {
      if (runtime.name == route.runtime) return runtime;
    }
  }
  return config.DefaultRuntime();
}

// Why the runtime would refuse the handler; empty when it wouldn't, or doesn't tell.
std::string Refusal(const Patient& patient, const RuntimeConfig& runtime,
                    const std::string& handler) {
  std::vector<std::string> handlers =
      runtime.vm ? runtime.vm->handlers : patient.cri.Handlers(runtime.endpoint);
  if (handlers.empty()) return "";
  if (std::find(handlers.begin(), handlers.end(), handler) != handlers.end()) return "";
  return fmt::format("runtime {} doesn't know it", runtime.name);
}

// `whose`: "RuntimeClass vm" or "a route".
Finding Judge(const Patient& patient, const std::string& whose, const std::string& handler) {
  const RuntimeConfig& runtime = RuntimeOf(patient.config, handler);
  std::string what =
      fmt::format("{}: handler \"{}\" leads to runtime {}", whose, handler, runtime.name);
  try {
    std::string refusal = Refusal(patient, runtime, handler);
    if (refusal.empty()) return {Verdict::kOk, "handlers", what};
    return {
        Verdict::kFailed, "handlers", what + ", but " + refusal,
        fmt::format("route it to a runtime that does: a route {{runtime: ..., handler: {}}} in {}, "
                    "or vm.handlers there; or set the handler up in {}",
                    handler, patient.config_source, runtime.name)};
  } catch (const Error& e) {
    return {Verdict::kSkipped, "handlers",
            fmt::format("{}; it can't be asked: {}", what, e.what())};
  }
}

void AddRoutes(const Patient& patient, Findings* findings) {
  for (const RouteConfig& route : patient.config.routes) {
    if (route.handler) findings->push_back(Judge(patient, "a route", *route.handler));
  }
}

// No class for the VM runtime is no fault: annotations do as well.
void AddClasses(const Patient& patient, Findings* findings) {
  try {
    auto classes = ParsePage("RuntimeClasses", patient.runtime_classes());
    const auto& items = ArrayAt(classes, "items");
    for (const boost::json::value& item : items) {
      findings->push_back(Judge(patient, "RuntimeClass " + TextAt(item, "/metadata/name"),
                                TextAt(item, "/handler")));
    }
    if (items.empty()) {
      findings->push_back({Verdict::kWarning, "handlers", "the cluster has no RuntimeClass",
                           "for pods with runtimeClassName: kubectl apply -f runtimeclass.yaml"});
    }
  } catch (const Error& e) {
    findings->push_back(
        {Verdict::kSkipped, "handlers", fmt::format("the cluster's RuntimeClasses: {}", e.what())});
  }
}

}  // namespace

Findings CheckHandlers(const Patient& patient) {
  Findings findings;
  AddRoutes(patient, &findings);
  AddClasses(patient, &findings);
  return findings;
}

}  // namespace crimux::ctl
