#include "proxy/dispatch/node_status.h"

#include <fmt/format.h>

#include "proxy/dispatch/requests.h"
#include "proxy/wire/message.h"

namespace crimux::proxy {

NodeStatus::NodeStatus(IncomingCall& call, Backends& backends) : call_(call), backends_(backends) {
  fan_out_.Start(
      backends.runtimes,
      [&](Runtime& runtime) { return Asked(call_, runtime, call_.method(), call_.request()); },
      FanOut::Patience{.overdue = backends.overdue},
      [this](std::vector<RuntimeAnswer>& answers) { Combine(answers); });
}

void NodeStatus::Combine(const std::vector<RuntimeAnswer>& answers) {
  std::vector<RuntimeSelfStatus> statuses;
  for (size_t i = 0; i < answers.size(); ++i) {
    const Runtime& runtime = *fan_out_.runtimes()[i];
    RuntimeSelfStatus& status = statuses.emplace_back();
    status.name = runtime.name();
    status.required = runtime.config().IsRequired();
    status.state = backends_.StateOf(runtime);
    if (!answers[i].status.ok()) {
      status.failure = answers[i].status.error_message();
      if (status.failure.empty()) status.failure = "its Status failed";
    } else if (!FromBuffer(answers[i].message, &status.response)) {
      status.failure = "its status can't be read";
    }
  }
  call_.Reply({.message = ToBuffer(CombineStatus(statuses))});
}

}  // namespace crimux::proxy
