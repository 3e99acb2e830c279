#include "vmruntime/pod/agent_files.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "base/error.h"
#include "base/id.h"
#include "vmruntime/annotations/pod_options.h"
#include "vmruntime/guest/agent_file.h"
#include "vmruntime/pod/guest_seed.h"
#include "vmruntime/pod/machine_spec.h"

namespace crimux::vm {
namespace {

using state::ContainerRecord;
using state::SandboxRecord;

constexpr std::chrono::seconds kLookAgain{2};
constexpr std::chrono::minutes kPatience{5};
constexpr std::chrono::seconds kPingTimeout{5};
constexpr std::chrono::seconds kWriteTimeout{30};

}  // namespace

AgentFiles::AgentFiles(Registry& registry, Hypervisor& hypervisor)
    : registry_(registry),
      hypervisor_(hypervisor),
      thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

void AgentFiles::Deliver(const ContainerRecord& container, const SandboxRecord& sandbox) {
  if (container.agent_files_done()) return;
  if (!ReadPodOptions(AnnotationsOf(sandbox.config())).guest.agent_files) return;
  std::lock_guard lock(mutex_);
  waiting_.emplace(container.id(), std::chrono::steady_clock::now());
  changed_.notify_one();
}

void AgentFiles::Loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    const auto now_waiting = waiting_;
    lock.unlock();
    std::vector<std::string> done;
    for (const auto& [id, since] : now_waiting) {
      if (stop.stop_requested()) return;
      if (Try(id)) {
        done.push_back(id);
      } else if (std::chrono::steady_clock::now() - since > kPatience) {
        Complain(id);
      }
    }
    lock.lock();
    for (const std::string& id : done) waiting_.erase(id);
    if (!waiting_.empty()) changed_.wait_for(lock, stop, kLookAgain, [] { return false; });
  }
}

bool AgentFiles::Try(const std::string& id) {
  auto container = registry_.FindContainer(id);
  if (!container || container->state() != ContainerRecord::RUNNING) return true;
  auto sandbox = registry_.FindSandbox(container->sandbox_id());
  if (!sandbox) return true;
  try {
    hypervisor_.AgentCommand(id, R"({"execute":"guest-ping"})", kPingTimeout);
    Write(*container, *sandbox);
    Done(id, "");
  } catch (const Error& e) {
    if (e.code() == grpc::StatusCode::UNAVAILABLE) return false;
    Done(id, e.what());
  } catch (const std::exception& e) {
    Done(id, e.what());
  }
  return true;
}

void AgentFiles::Complain(const std::string& id) {
  constexpr const char* kMessage = "files by the guest's agent: it does not answer yet";
  bool is_new = registry_.UpdateContainer(id, [&](ContainerRecord& record) {
    if (record.state() != ContainerRecord::RUNNING || record.message() == kMessage) return false;
    record.set_message(kMessage);
    return true;
  });
  if (is_new) spdlog::warn("container {}: {}", ShortId(id), kMessage);
}

void AgentFiles::Write(const ContainerRecord& container, const SandboxRecord& sandbox) {
  AskAgent agent = [&](const std::string& command) {
    return hypervisor_.AgentCommand(container.id(), command, kWriteTimeout);
  };
  const GuestOptions options = ReadPodOptions(AnnotationsOf(sandbox.config())).guest;
  for (const GuestFile& file : GuestFilesOf(container, sandbox, options)) WriteByAgent(agent, file);
}

void AgentFiles::Done(const std::string& id, const std::string& message) {
  if (message.empty()) {
    spdlog::info("container {}: the guest's agent has written its files", ShortId(id));
  } else {
    spdlog::warn("container {}: files by the guest's agent: {}", ShortId(id), message);
  }
  registry_.UpdateContainer(id, [&](ContainerRecord& record) {
    if (record.state() != ContainerRecord::RUNNING) return false;
    record.set_agent_files_done(true);
    record.set_message(message.empty() ? "" : "files by the guest's agent: " + message);
    return true;
  });
}

}  // namespace crimux::vm
