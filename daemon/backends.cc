#include "daemon/backends.h"

namespace crimux {

Backends::Backends(const Config& config) {
  for (const RuntimeConfig& runtime : config.runtimes) {
    if (runtime.vm) runtimes_[runtime.name] = std::make_unique<vm::VmRuntime>(*runtime.vm);
  }
}

std::map<std::string, proxy::EmbeddedService> Backends::Services() {
  std::map<std::string, proxy::EmbeddedService> services;
  for (auto& [name, runtime] : runtimes_) {
    proxy::EmbeddedHandler call = [vm = runtime.get()](
                                      std::string_view method_path, const CallContext& context,
                                      const grpc::ByteBuffer& request, grpc::ByteBuffer* response) {
      return vm->Call(method_path, context, request, response);
    };
    services.emplace(name, std::move(call));
  }
  return services;
}

}  // namespace crimux
