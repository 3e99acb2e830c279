#include "vmruntime/machine/end_events.h"

#include <mutex>

#include "base/log.h"
#include "vmruntime/machine/libvirt_error.h"
#include "vmruntime/machine/machine_end.h"

namespace crimux::vm {

struct EndEvents::Sink {
  std::mutex mutex;  // also held during the call, so that clearing the handler waits for it
  Hypervisor::EndHandler handler;

  static int OnEvent(virConnectPtr, virDomainPtr domain, int event, int detail, void* opaque) {
    if (std::optional<MachineEnd> end = EndOfEvent(event, detail)) {
      (*static_cast<std::shared_ptr<Sink>*>(opaque))->Tell(virDomainGetName(domain), *end);
    }
    return 0;
  }
  static void Free(void* opaque) { delete static_cast<std::shared_ptr<Sink>*>(opaque); }

  void Tell(const std::string& name, MachineEnd end) {
    std::lock_guard lock(mutex);
    if (!handler) return;
    try {
      handler(name, end);
    } catch (const std::exception& e) {
      spdlog::error("handle the end of machine \"{}\": {}", name, e.what());
    }
  }
};

EndEvents::EndEvents(virConnectPtr connection)
    : connection_(connection), sink_(std::make_shared<Sink>()) {
  auto shared = std::make_unique<std::shared_ptr<Sink>>(sink_);
  subscription_ = virConnectDomainEventRegisterAny(
      connection, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(&Sink::OnEvent),
      shared.get(), &Sink::Free);
  if (subscription_ < 0) throw LibvirtError("subscribe to", "lifecycle events");
  (void)shared.release();
}

EndEvents::~EndEvents() {
  SetHandler(nullptr);
  virConnectDomainEventDeregisterAny(connection_, subscription_);
}

void EndEvents::SetHandler(Hypervisor::EndHandler handler) {
  std::lock_guard lock(sink_->mutex);
  sink_->handler = std::move(handler);
}

}  // namespace crimux::vm
