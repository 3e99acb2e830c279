#include "vmruntime/pod/registry.h"

#include <fmt/format.h>
#include <google/protobuf/util/message_differencer.h>

#include <utility>

#include "base/clock.h"
#include "base/error.h"

namespace crimux::vm {
namespace {

using google::protobuf::util::MessageDifferencer;

// The record with this id, or the only one whose id begins with it.
template <typename Record>
const Record* Resolve(const std::map<std::string, Record>& records, const std::string& id) {
  if (id.empty()) return nullptr;
  auto found = records.lower_bound(id);
  if (found == records.end() || !found->first.starts_with(id)) return nullptr;
  if (found->first == id) return &found->second;
  auto next = std::next(found);
  bool unique = next == records.end() || !next->first.starts_with(id);
  return unique ? &found->second : nullptr;
}

template <typename Record>
std::optional<Record> Copy(const Record* record) {
  if (record == nullptr) return std::nullopt;
  return *record;
}

template <typename Record>
std::vector<Record> Values(const std::map<std::string, Record>& records) {
  std::vector<Record> values;
  values.reserve(records.size());
  for (const auto& [id, record] : records) values.push_back(record);
  return values;
}

// What a record was before it was changed; nothing when it wasn't.
template <typename Record>
std::optional<Record> Update(std::map<std::string, Record>& records, RecordStore& store,
                             const std::string& id, const std::function<bool(Record&)>& change) {
  auto found = records.find(id);
  if (found == records.end()) return std::nullopt;
  Record changed = found->second;
  if (!change(changed)) return std::nullopt;
  store.Put(changed);
  return std::exchange(found->second, std::move(changed));
}

}  // namespace

Registry::Registry(RecordStore& store) : store_(store) {
  for (SandboxRecord& record : store.Sandboxes()) sandboxes_[record.id()] = std::move(record);
  for (ContainerRecord& record : store.Containers()) containers_[record.id()] = std::move(record);
}

void Registry::Add(const SandboxRecord& sandbox) {
  std::lock_guard lock(mutex_);
  for (const auto& [id, other] : sandboxes_) {
    if (MessageDifferencer::Equals(other.config().metadata(), sandbox.config().metadata())) {
      throw Error(grpc::StatusCode::ALREADY_EXISTS, "run pod sandbox",
                  sandbox.config().metadata().name(),
                  fmt::format("sandbox {} has the same name, namespace, uid and attempt", id));
    }
  }
  store_.Put(sandbox);
  sandboxes_[sandbox.id()] = sandbox;
}

void Registry::Add(const ContainerRecord& container) {
  std::lock_guard lock(mutex_);
  for (const auto& [id, other] : containers_) {
    if (other.sandbox_id() == container.sandbox_id() &&
        MessageDifferencer::Equals(other.config().metadata(), container.config().metadata())) {
      throw Error(grpc::StatusCode::ALREADY_EXISTS, "create container",
                  container.config().metadata().name(),
                  fmt::format("container {} of this pod has the same name and attempt", id));
    }
  }
  store_.Put(container);
  containers_[container.id()] = container;
}

std::optional<Registry::SandboxRecord> Registry::FindSandbox(const std::string& id) const {
  std::lock_guard lock(mutex_);
  return Copy(Resolve(sandboxes_, id));
}

std::optional<Registry::ContainerRecord> Registry::FindContainer(const std::string& id) const {
  std::lock_guard lock(mutex_);
  return Copy(Resolve(containers_, id));
}

Registry::SandboxRecord Registry::GetSandbox(const std::string& id,
                                             std::string_view operation) const {
  if (auto found = FindSandbox(id)) return *std::move(found);
  throw Error(grpc::StatusCode::NOT_FOUND, operation, id, "no such pod sandbox");
}

Registry::ContainerRecord Registry::GetContainer(const std::string& id,
                                                 std::string_view operation) const {
  if (auto found = FindContainer(id)) return *std::move(found);
  throw Error(grpc::StatusCode::NOT_FOUND, operation, id, "no such container");
}

std::vector<Registry::SandboxRecord> Registry::Sandboxes() const {
  std::lock_guard lock(mutex_);
  return Values(sandboxes_);
}

std::vector<Registry::ContainerRecord> Registry::Containers() const {
  std::lock_guard lock(mutex_);
  return Values(containers_);
}

std::vector<Registry::ContainerRecord> Registry::ContainersOf(const std::string& sandbox_id) const {
  std::vector<ContainerRecord> of = Containers();
  std::erase_if(of, [&](const ContainerRecord& c) { return c.sandbox_id() != sandbox_id; });
  return of;
}

bool Registry::UsesImage(const std::string& digest) const {
  std::lock_guard lock(mutex_);
  for (const auto& [id, container] : containers_) {
    if (container.image_ref() == digest) return true;
  }
  return false;
}

bool Registry::UpdateSandbox(const std::string& id,
                             const std::function<bool(SandboxRecord&)>& change) {
  std::lock_guard lock(mutex_);
  auto before = Update(sandboxes_, store_, id, change);
  if (!before) return false;
  const SandboxRecord& after = sandboxes_.at(id);
  for (PodEventType type : EventsOf(before->state(), after.state())) Publish(type, id, after);
  return true;
}

bool Registry::UpdateContainer(const std::string& id,
                               const std::function<bool(ContainerRecord&)>& change) {
  std::lock_guard lock(mutex_);
  auto before = Update(containers_, store_, id, change);
  changed_.notify_all();
  if (!before) return false;
  const ContainerRecord& after = containers_.at(id);
  for (PodEventType type : EventsOf(before->state(), after.state())) {
    PublishOfContainer(type, after);
  }
  return true;
}

void Registry::EraseSandbox(const std::string& id) {
  std::lock_guard lock(mutex_);
  store_.DeleteSandbox(id);
  auto erased = sandboxes_.extract(id);
  if (erased.empty() || erased.mapped().state() == SandboxRecord::CREATING) return;
  Publish(PodEventType::kDeleted, id, erased.mapped());
}

void Registry::EraseContainer(const std::string& id) {
  std::lock_guard lock(mutex_);
  store_.DeleteContainer(id);
  auto erased = containers_.extract(id);
  changed_.notify_all();
  if (erased.empty() || erased.mapped().state() == ContainerRecord::CREATING) return;
  PublishOfContainer(PodEventType::kDeleted, erased.mapped());
}

void Registry::PublishOfContainer(PodEventType type, const ContainerRecord& container) {
  auto sandbox = sandboxes_.find(container.sandbox_id());
  if (sandbox != sandboxes_.end()) Publish(type, container.id(), sandbox->second);
}

void Registry::Publish(PodEventType type, const std::string& id, const SandboxRecord& sandbox) {
  if (!events_.HasReaders()) return;
  PodEvent event{.type = type, .id = id, .time = Now(), .sandbox = sandbox, .containers = {}};
  for (const auto& [other, container] : containers_) {
    bool is_made = container.state() != ContainerRecord::CREATING;
    if (is_made && container.sandbox_id() == sandbox.id()) event.containers.push_back(container);
  }
  events_.Publish(std::move(event));
}

bool Registry::WaitForEnd(const std::string& id, std::chrono::steady_clock::time_point until,
                          const std::stop_token& cancelled) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, cancelled, until, [&] {
    auto found = containers_.find(id);
    return found == containers_.end() || found->second.state() != ContainerRecord::RUNNING;
  });
}

}  // namespace crimux::vm
