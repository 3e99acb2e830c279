#include "daemon/backends.h"

#include "daemon/display_pages.h"
#include "daemon/images_page.h"

namespace crimux {
namespace {

using proxy::PageReply;
using proxy::PageRequest;

std::vector<proxy::EmbeddedPage> Pages(const vm::VmRuntime& vm) {
  return {
      {"/images", [&vm](const PageRequest&) { return PageReply{.body = ImagesPage(vm.images())}; }},
      {"/screenshot",
       [&vm](const PageRequest& request) { return ScreenshotPage(vm.displays(), request); }},
      {"/vnc", [&vm](const PageRequest& request) { return VncPage(vm.displays(), request); }}};
}

}  // namespace

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
    proxy::EmbeddedStreamHandler stream =
        [vm = runtime.get()](std::string_view method_path, const CallContext& context,
                             const grpc::ByteBuffer&, const proxy::EmbeddedWriter& write) {
          return vm->Stream(method_path, context, write);
        };
    proxy::EmbeddedService service(std::move(call), std::move(stream));
    service.pages = Pages(*runtime);
    services.emplace(name, std::move(service));
  }
  return services;
}

}  // namespace crimux
