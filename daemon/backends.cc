#include "daemon/backends.h"

namespace crimux {

Backends::Backends(const Config& config) {
  for (const RuntimeConfig& runtime : config.runtimes) {
    if (runtime.vm) runtimes_[runtime.name] = std::make_unique<vm::VmRuntime>(*runtime.vm);
  }
}

std::map<std::string, proxy::EmbeddedHandler> Backends::Handlers() {
  std::map<std::string, proxy::EmbeddedHandler> handlers;
  for (auto& [name, runtime] : runtimes_) {
    handlers[name] = [vm = runtime.get()](std::string_view method_path, const CallContext& context,
                                          const grpc::ByteBuffer& request,
                                          grpc::ByteBuffer* response) {
      return vm->Call(method_path, context, request, response);
    };
  }
  return handlers;
}

}  // namespace crimux
