#include "vmruntime/machine/event_loop.h"

#include <libvirt/libvirt.h>
#include <pthread.h>

#include "base/log.h"
#include "vmruntime/machine/libvirt_error.h"

namespace crimux::vm {
namespace {

// libvirt's registration is process-wide and cannot be taken back, so what guards it is too.
std::atomic<bool> loop_exists = false;

void RegisterOnce() {
  static const bool registered = [] {
    RouteLibvirtErrorsToLog();
    if (virEventRegisterDefaultImpl() < 0) throw LibvirtError("register", "libvirt event loop");
    return true;
  }();
  (void)registered;
}

void Claim() {
  if (loop_exists.exchange(true)) {
    throw Error(grpc::StatusCode::FAILED_PRECONDITION, "start", "libvirt event loop",
                "this process already runs one");
  }
}

}  // namespace

EventLoop::EventLoop() {
  RegisterOnce();
  Claim();
  thread_ = std::thread([this] { Run(); });
}

EventLoop::~EventLoop() {
  stopping_ = true;
  // A timer that is due at once wakes the loop from its poll.
  int timer = virEventAddTimeout(
      0, [](int, void*) {}, nullptr, nullptr);
  thread_.join();
  if (timer >= 0) virEventRemoveTimeout(timer);
  loop_exists = false;
}

void EventLoop::Run() {
  pthread_setname_np(pthread_self(), "libvirt-events");
  while (!stopping_) {
    if (virEventRunDefaultImpl() < 0) {
      spdlog::error("{}", LibvirtError("run", "libvirt event loop").what());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // never spin on a broken loop
    }
  }
}

}  // namespace crimux::vm
