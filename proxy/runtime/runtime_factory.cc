#include "proxy/runtime/runtime_factory.h"

#include "base/error.h"
#include "proxy/runtime/embedded_runtime.h"
#include "proxy/runtime/prefixed_runtime.h"
#include "proxy/runtime/relayed_runtime.h"
#include "proxy/runtime/remote_runtime.h"

namespace crimux::proxy {

std::vector<RuntimePtr> RuntimeFactory::Make(const Config& config) {
  for (const RuntimeConfig& runtime : config.runtimes) Check(runtime);
  std::vector<RuntimePtr> runtimes;
  for (const RuntimeConfig& runtime : config.runtimes) {
    auto at = runtime.is_default ? runtimes.begin() : runtimes.end();
    runtimes.insert(at, MakeOne(runtime));
  }
  std::erase_if(made_, [](const auto& entry) { return entry.second.backend.expired(); });
  return runtimes;
}

void RuntimeFactory::Check(const RuntimeConfig& config) const {
  if (config.relays_streams) relay_.Open();
  if (!config.endpoint.empty() || made_.contains("") || embedded_.contains(config.name)) return;
  throw Error(grpc::StatusCode::INVALID_ARGUMENT, "set up runtime", config.name,
              "it has neither an endpoint nor a service");
}

RuntimePtr RuntimeFactory::MakeOne(const RuntimeConfig& config) {
  Made& made = made_[config.endpoint];
  RuntimePtr backend = Backend(config, made);
  RuntimePtr front = made.front.lock();
  if (front == nullptr || made.prefix != config.image_prefix ||
      made.relayed != config.relays_streams) {
    front = Front(config, backend);
  }
  made = {backend, front, config.image_prefix, config.relays_streams};
  return front;
}

RuntimePtr RuntimeFactory::Front(const RuntimeConfig& config, RuntimePtr backend) {
  if (config.relays_streams) backend = std::make_shared<RelayedRuntime>(std::move(backend), relay_);
  if (config.image_prefix.empty()) return backend;
  return std::make_shared<PrefixedRuntime>(std::move(backend), config.image_prefix);
}

RuntimePtr RuntimeFactory::Backend(const RuntimeConfig& config, const Made& made) {
  if (RuntimePtr backend = made.backend.lock()) {
    backend->Configure(config);
    return backend;
  }
  if (!config.endpoint.empty()) return std::make_shared<RemoteRuntime>(loop_, config);
  return std::make_shared<EmbeddedRuntime>(loop_, config, embedded_.at(config.name));
}

}  // namespace crimux::proxy
