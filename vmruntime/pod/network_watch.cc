#include "vmruntime/pod/network_watch.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "base/id.h"
#include "vmruntime/network/dhcp/dhcp_server.h"
#include "vmruntime/network/link/netns.h"
#include "vmruntime/pod/network_service.h"

namespace crimux::vm {
namespace {

using state::SandboxRecord;

// Nothing asks where no machine runs.
bool IsAsked(const SandboxRecord& sandbox, const Registry& registry) {
  return sandbox.state() == SandboxRecord::READY &&
         std::ranges::any_of(registry.ContainersOf(sandbox.id()), [](const auto& container) {
           return container.state() == state::ContainerRecord::RUNNING;
         });
}

bool IsServed(const SandboxRecord& sandbox, const Layout& layout) {
  return DhcpServer(sandbox.netns(), layout.Sandbox(sandbox.id())).Running();
}

}  // namespace

void NetworkWatch::Run(std::chrono::milliseconds interval) {
  thread_ = std::jthread([this, interval](const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    while (!never.wait_for(lock, stop, interval, [&] { return stop.stop_requested(); })) Look();
  });
}

void NetworkWatch::Look() {
  for (const SandboxRecord& sandbox : rooms_.registry.Sandboxes()) {
    if (!IsAsked(sandbox, rooms_.registry)) continue;
    try {
      if (!IsServed(sandbox, rooms_.layout)) LookAt(sandbox.id());
    } catch (const std::exception& e) {
      spdlog::error("DHCP server of pod sandbox {}: {}", ShortId(sandbox.id()), e.what());
    }
  }
}

void NetworkWatch::LookAt(const std::string& sandbox_id) {
  // A pod that is being started or stopped may take long; the others don't wait for it.
  std::optional<PodLocks::Guard> guard = rooms_.locks.TryLock(sandbox_id);
  if (!guard) return;
  // Since then it may have been stopped.
  auto sandbox = rooms_.registry.FindSandbox(sandbox_id);
  if (!sandbox || !IsAsked(*sandbox, rooms_.registry) || !NetnsExists(sandbox->netns())) return;
  if (IsServed(*sandbox, rooms_.layout)) return;
  spdlog::warn("pod sandbox {}: its DHCP server has died, starting another", ShortId(sandbox_id));
  ServeNetwork(*sandbox, rooms_);
}

}  // namespace crimux::vm
