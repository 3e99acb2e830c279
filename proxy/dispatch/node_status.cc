#include "proxy/dispatch/node_status.h"

#include <fmt/format.h>

#include <optional>
#include <set>
#include <string>

#include "proxy/dispatch/requests.h"
#include "proxy/wire/message.h"
#include "runtime/v1/api.pb.h"

namespace crimux::proxy {
namespace {

using runtime::v1::RuntimeCondition;
using runtime::v1::StatusResponse;

// Why the condition of that type doesn't hold, if so.
std::string Trouble(const StatusResponse& status, const std::string& type) {
  for (const RuntimeCondition& condition : status.status().conditions()) {
    if (condition.type() != type || condition.status()) continue;
    return condition.message().empty() ? condition.reason() : condition.message();
  }
  return "";
}

void Append(const std::string& name, const std::string& trouble, RuntimeCondition* condition) {
  if (trouble.empty()) return;
  std::string* message = condition->mutable_message();
  if (!message->empty()) *message += "; ";
  *message += fmt::format("runtime {}: {}", name, trouble);
}

void AddConditions(const std::string& name, const StatusResponse& other, StatusResponse* all) {
  for (RuntimeCondition& condition : *all->mutable_status()->mutable_conditions()) {
    Append(name, Trouble(other, condition.type()), &condition);
  }
}

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

void AddFailure(const std::string& name, const grpc::Status& failure, StatusResponse* all) {
  for (RuntimeCondition& condition : *all->mutable_status()->mutable_conditions()) {
    if (condition.type() != "RuntimeReady") continue;
    Append(name, failure.error_message(), &condition);
  }
}

}  // namespace

NodeStatus::NodeStatus(IncomingCall& call, Backends& backends) : call_(call) {
  fan_out_.Start(
      backends.runtimes,
      [&](Runtime& runtime) { return Asked(call_, runtime, call_.method(), call_.request()); },
      [this](std::vector<RuntimeAnswer>& answers) {
        call_.Reply(CombineStatus(fan_out_.runtimes(), answers));
      });
}

RuntimeAnswer CombineStatus(const std::vector<RuntimePtr>& runtimes,
                            std::vector<RuntimeAnswer>& answers) {
  StatusResponse all;
  if (!answers.front().status.ok()) return std::move(answers.front());
  if (answers.size() == 1) return std::move(answers.front());
  if (!FromBuffer(answers.front().message, &all)) return std::move(answers.front());
  for (size_t i = 1; i < answers.size(); ++i) {
    StatusResponse other;
    const std::string& name = runtimes[i]->name();
    if (!answers[i].status.ok()) {
      AddFailure(name, answers[i].status, &all);
    } else if (!FromBuffer(answers[i].message, &other)) {
      AddFailure(name, {grpc::StatusCode::INTERNAL, "its status can't be read"}, &all);
    } else {
      AddConditions(name, other, &all);
      AddHandlers(other, &all);
      AddInfo(name, other, &all);
    }
  }
  return {.message = ToBuffer(all)};
}

}  // namespace crimux::proxy
