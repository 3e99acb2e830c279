#pragma once

#include <libvirt/libvirt.h>

#include <memory>

#include "vmruntime/machine/hypervisor.h"

namespace crimux::vm {

// Subscribes to libvirt's lifecycle events and tells one handler of the ends among them, on the
// event thread. What the handler throws is logged. libvirt may still deliver an event while the
// destructor runs, so what the callback needs is shared with libvirt, which frees it last.
class EndEvents {
 public:
  // `connection` must outlive this. Throws Error.
  explicit EndEvents(virConnectPtr connection);
  EndEvents(const EndEvents&) = delete;
  EndEvents& operator=(const EndEvents&) = delete;
  // After it the handler is not called any more.
  ~EndEvents();

  void SetHandler(Hypervisor::EndHandler handler);

 private:
  struct Sink;

  virConnectPtr connection_;
  std::shared_ptr<Sink> sink_;
  int subscription_;
};

}  // namespace crimux::vm
