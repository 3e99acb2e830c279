#include "vmruntime/console/file_console_logs.h"

#include <future>

#include "base/error.h"

namespace crimux::vm {

FileConsoleLogs::FileConsoleLogs(RetryPolicy retry) : retry_(retry), watcher_(thread_.context()) {}

FileConsoleLogs::~FileConsoleLogs() { thread_.Stop(); }

void FileConsoleLogs::Follow(const ConsoleLogSpec& spec) {
  thread_.Call([&] {
    if (followers_.contains(spec.container_id)) return;
    auto follower = std::make_shared<Follower>(spec, retry_, thread_.context(), watcher_, buffers_);
    followers_.emplace(spec.container_id, follower);
    follower->Wake();
  });
}

void FileConsoleLogs::Finish(const std::string& container_id) {
  auto done = std::make_shared<std::promise<void>>();
  std::future<void> ended = done->get_future();
  thread_.Call([&] {
    auto found = followers_.find(container_id);
    if (found == followers_.end()) return done->set_value();
    found->second->Finish([this, container_id, done] {
      followers_.erase(container_id);
      done->set_value();
    });
  });
  ended.get();
}

void FileConsoleLogs::Forget(const std::string& container_id) {
  thread_.Call([&] {
    auto found = followers_.find(container_id);
    if (found == followers_.end()) return;
    std::shared_ptr<Follower> follower = found->second;
    followers_.erase(found);
    follower->End();
  });
}

void FileConsoleLogs::Reopen(const std::string& container_id) {
  thread_.Call([&] {
    auto found = followers_.find(container_id);
    if (found == followers_.end()) {
      throw Error(grpc::StatusCode::FAILED_PRECONDITION, "reopen log of container", container_id,
                  "its console is not followed");
    }
    found->second->Reopen();
  });
}

}  // namespace crimux::vm
