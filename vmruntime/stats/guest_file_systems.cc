#include "vmruntime/stats/guest_file_systems.h"

#include <spdlog/spdlog.h>

#include <algorithm>

#include <boost/json.hpp>

#include "base/error.h"

namespace crimux::vm {
namespace {

namespace json = boost::json;

constexpr size_t kMostFileSystems = 64;
constexpr int kForgottenAfter = 5;  // periods

std::string Text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return "";
  return {value->get_string().data(), value->get_string().size()};
}

// 0: none, or no number.
uint64_t Bytes(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  boost::system::error_code error;
  uint64_t bytes = value != nullptr ? value->to_number<uint64_t>(error) : 0;
  return error ? 0 : bytes;
}

}  // namespace

std::vector<GuestFileSystem> ParseFileSystems(const std::string& answer) {
  boost::system::error_code error;
  json::value value = json::parse(answer, error);
  const json::value* list =
      !error && value.is_object() ? value.get_object().if_contains("return") : nullptr;
  if (list == nullptr || !list->is_array()) {
    throw Error(grpc::StatusCode::UNAVAILABLE, "understand", "the guest agent",
                "its answer is no list of file systems");
  }
  std::vector<GuestFileSystem> file_systems;
  for (const json::value& item : list->get_array()) {
    if (!item.is_object() || file_systems.size() == kMostFileSystems) continue;
    const json::object& object = item.get_object();
    GuestFileSystem file_system{.device = Text(object, "name"),
                                .mount_point = Text(object, "mountpoint"),
                                .type = Text(object, "type"),
                                .size = Bytes(object, "total-bytes"),
                                .used = Bytes(object, "used-bytes")};
    if (file_system.size != 0) file_systems.push_back(std::move(file_system));
  }
  return file_systems;
}

GuestFileSystems::GuestFileSystems(Question question, std::chrono::milliseconds period)
    : question_(std::move(question)),
      period_(period),
      thread_([this](const std::stop_token& stop) { Loop(stop); }) {}

std::map<std::string, std::vector<GuestFileSystem>> GuestFileSystems::Latest(
    const std::vector<std::string>& machines) {
  std::map<std::string, std::vector<GuestFileSystem>> latest;
  Clock::time_point now = Clock::now();
  std::lock_guard lock(mutex_);
  std::erase_if(guests_, [&](const auto& guest) {
    return std::ranges::find(machines, guest.first) == machines.end();
  });
  for (const std::string& machine : machines) {
    auto [found, is_new] = guests_.try_emplace(machine);
    Guest& guest = found->second;
    if (is_new || now - guest.asked >= period_) {
      guest.asked = now;
      if (std::ranges::find(waiting_, machine) == waiting_.end()) waiting_.push_back(machine);
      changed_.notify_one();
    }
    bool is_known = guest.answered != Clock::time_point();
    if (is_known && now - guest.answered < kForgottenAfter * period_) {
      latest[machine] = guest.file_systems;
    }
  }
  return latest;
}

void GuestFileSystems::Loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (changed_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
    std::string machine = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    Ask(machine);
    lock.lock();
  }
}

void GuestFileSystems::Ask(const std::string& machine) {
  try {
    std::vector<GuestFileSystem> answer = ParseFileSystems(question_(machine));
    std::lock_guard lock(mutex_);
    auto guest = guests_.find(machine);
    if (guest == guests_.end()) return;
    guest->second.file_systems = std::move(answer);
    guest->second.answered = Clock::now();
  } catch (const std::exception& e) {
    // Most guests have no agent.
    spdlog::debug("file systems of guests: {}", e.what());
  }
}

}  // namespace crimux::vm
