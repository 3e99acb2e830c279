#include "vmruntime/pod/network_watch.h"

#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>

#include "base/id.h"
#include "vmruntime/network/dhcp/dhcp_server.h"
#include "vmruntime/network/link/netns.h"
#include "vmruntime/pod/network_record.h"

namespace crimux::vm {
namespace {

using state::SandboxRecord;

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
    if (sandbox.state() != SandboxRecord::READY) continue;
    try {
      if (!IsServed(sandbox, rooms_.layout)) LookAt(sandbox.id());
    } catch (const std::exception& e) {
      spdlog::error("DHCP server of pod sandbox {}: {}", ShortId(sandbox.id()), e.what());
    }
  }
}

void NetworkWatch::LookAt(const std::string& sandbox_id) {
  PodLocks::Guard guard = rooms_.locks.Lock(sandbox_id);
  // Since then it may have been stopped.
  auto sandbox = rooms_.registry.FindSandbox(sandbox_id);
  if (!sandbox || sandbox->state() != SandboxRecord::READY || !NetnsExists(sandbox->netns())) {
    return;
  }
  spdlog::warn("pod sandbox {}: its DHCP server has died, starting another", ShortId(sandbox_id));
  rooms_.networks.Restore(MakeNetworkRequest(*sandbox, rooms_.layout.Sandbox(sandbox_id)),
                          FromRecord(sandbox->network()));
}

}  // namespace crimux::vm
