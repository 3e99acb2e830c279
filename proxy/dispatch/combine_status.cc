#include <fmt/format.h>

#include <array>
#include <set>
#include <string_view>

#include "proxy/dispatch/node_status.h"

namespace crimux::proxy {
namespace {

using runtime::v1::RuntimeCondition;
using runtime::v1::StatusResponse;

// The conditions that make a node ready, and that every runtime has to have.
constexpr std::array<std::string_view, 2> kReady = {"RuntimeReady", "NetworkReady"};

const RuntimeCondition* Find(const StatusResponse& response, std::string_view type) {
  for (const RuntimeCondition& condition : response.status().conditions()) {
    if (condition.type() == type) return &condition;
  }
  return nullptr;
}

// Why the condition doesn't hold for the runtime; empty when it does.
struct Trouble {
  std::string reason;
  std::string message;
};

Trouble Ails(const RuntimeSelfStatus& runtime, std::string_view type) {
  if (!runtime.failure.empty()) return {"NoStatus", runtime.failure};
  const RuntimeCondition* condition = Find(runtime.response, type);
  if (condition == nullptr) return {"NoCondition", fmt::format("it tells no {}", type)};
  if (condition->status()) return {};
  std::string reason = condition->reason().empty() ? "NotReady" : condition->reason();
  return {reason, condition->message().empty() ? reason : condition->message()};
}

RuntimeCondition Ready(const std::vector<RuntimeSelfStatus>& runtimes, std::string_view type) {
  RuntimeCondition all;
  all.set_type(std::string(type));
  all.set_status(true);
  for (const RuntimeSelfStatus& runtime : runtimes) {
    Trouble trouble = Ails(runtime, type);
    if (trouble.message.empty()) continue;
    if (!all.message().empty()) *all.mutable_message() += "; ";
    *all.mutable_message() += fmt::format("runtime {}: {}", runtime.name, trouble.message);
    if (!runtime.required || !all.status()) continue;
    all.set_status(false);
    all.set_reason(trouble.reason);
  }
  return all;
}

// "crimux.io/runtime-containerd": the state as a condition, for whoever reads the node's status.
RuntimeCondition State(const RuntimeSelfStatus& runtime) {
  RuntimeCondition condition;
  condition.set_type("crimux.io/runtime-" + runtime.name);
  condition.set_status(runtime.state == RuntimeState::kUp && runtime.failure.empty());
  condition.set_message(runtime.failure);
  switch (runtime.state) {
    case RuntimeState::kUp:
      condition.set_reason("Up");
      break;
    case RuntimeState::kSlow:
      condition.set_reason("Slow");
      break;
    case RuntimeState::kDown:
      condition.set_reason("Down");
      break;
    case RuntimeState::kUnknown:
      condition.set_reason("Unknown");
      break;
  }
  return condition;
}

void SetConditions(const std::vector<RuntimeSelfStatus>& runtimes, StatusResponse* all) {
  auto* conditions = all->mutable_status()->mutable_conditions();
  conditions->Clear();
  for (std::string_view type : kReady) *conditions->Add() = Ready(runtimes, type);
  for (const RuntimeCondition& other : runtimes.front().response.status().conditions()) {
    if (other.type() != kReady[0] && other.type() != kReady[1]) *conditions->Add() = other;
  }
  for (const RuntimeSelfStatus& runtime : runtimes) *conditions->Add() = State(runtime);
}

// A handler that several runtimes have is the first one's.
void AddHandlers(const StatusResponse& other, StatusResponse* all) {
  std::set<std::string> known;
  for (const auto& handler : all->runtime_handlers()) known.insert(handler.name());
  for (const auto& handler : other.runtime_handlers()) {
    if (known.insert(handler.name()).second) *all->add_runtime_handlers() = handler;
  }
}

void AddInfo(const std::string& name, const StatusResponse& other, StatusResponse* all) {
  for (const auto& [key, value] : other.info()) {
    (*all->mutable_info())[name + "/" + key] = value;
  }
}

void KeepCommonFeatures(const StatusResponse& other, StatusResponse* all) {
  if (!all->has_features()) return;
  auto* features = all->mutable_features();
  const auto& others = other.features();
  features->set_supplemental_groups_policy(features->supplemental_groups_policy() &&
                                           others.supplemental_groups_policy());
  features->set_user_namespaces_host_network(features->user_namespaces_host_network() &&
                                             others.user_namespaces_host_network());
}

}  // namespace

StatusResponse CombineStatus(const std::vector<RuntimeSelfStatus>& runtimes) {
  StatusResponse all = runtimes.front().response;
  for (size_t i = 1; i < runtimes.size(); ++i) {
    AddHandlers(runtimes[i].response, &all);
    AddInfo(runtimes[i].name, runtimes[i].response, &all);
    if (runtimes[i].required) KeepCommonFeatures(runtimes[i].response, &all);
  }
  SetConditions(runtimes, &all);
  return all;
}

}  // namespace crimux::proxy
