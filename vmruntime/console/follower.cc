#include "vmruntime/console/follower.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include <boost/asio/post.hpp>

namespace crimux::vm {

using std::chrono::steady_clock;

Follower::Follower(const ConsoleLogSpec& spec, const RetryPolicy& retry,
                   boost::asio::io_context& context, FileWatcher& watcher, CopyBuffers& buffers)
    : id_(spec.container_id),
      folder_(spec.source.parent_path()),
      retry_(retry),
      context_(context),
      watcher_(watcher),
      buffers_(buffers),
      copy_(spec),
      timer_(context),
      delay_(retry.shortest) {}

void Follower::Wake() {
  if (scheduled_ || waiting_) return;
  scheduled_ = true;
  boost::asio::post(context_, [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->TakeTurn();
  });
}

void Follower::Finish(std::function<void()> ended) {
  ended_.push_back(std::move(ended));
  RetryNow();
}

void Follower::Reopen() {
  copy_.Reopen();
  RetryNow();
}

void Follower::TakeTurn() {
  scheduled_ = false;
  try {
    Work();
  } catch (const std::exception& e) {
    OnFailure(e);
  }
}

void Follower::Work() {
  bool has_source = HasSource();
  bool more = has_source && copy_.CopyChunk(buffers_);
  if (!more && has_source && !ended_.empty()) copy_.CopyRest(buffers_);
  OnSuccess();
  if (more) {
    Wake();
  } else if (!ended_.empty()) {
    End();
  }
}

// Watches first and looks then, so that nothing is missed between the two.
bool Follower::HasSource() {
  if (source_watch_) return true;
  if (!ended_.empty()) return copy_.OpenSource();
  if (!folder_watch_) folder_watch_ = watcher_.OnNewFile(folder_, Waker());
  if (!copy_.OpenSource()) return false;
  source_watch_ = watcher_.OnWrite(copy_.source_fd(), Waker());
  folder_watch_.Reset();
  return true;
}

void Follower::OnSuccess() {
  if (std::exchange(failing_, false)) spdlog::info("console \"{}\" is copied again", id_);
  delay_ = retry_.shortest;
  give_up_at_.reset();
}

void Follower::OnFailure(const std::exception& error) {
  if (!std::exchange(failing_, true)) spdlog::warn("console \"{}\": {}", id_, error.what());
  if (!ended_.empty() && GivesUp(error)) return End();
  RetryLater();
}

bool Follower::GivesUp(const std::exception& error) {
  auto now = steady_clock::now();
  if (!give_up_at_) give_up_at_ = now + retry_.at_end;
  if (now < *give_up_at_) return false;
  spdlog::error("console \"{}\" has ended, {} bytes of it are not in its log: {}", id_,
                copy_.Remaining(), error.what());
  return true;
}

void Follower::RetryLater() {
  auto delay = ended_.empty() ? delay_ : std::min(delay_, retry_.at_end / 10);
  delay_ = std::min(2 * delay_, retry_.longest);
  waiting_ = true;
  timer_.expires_after(delay);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    auto self = weak.lock();
    if (self && !error) self->RetryNow();
  });
}

void Follower::RetryNow() {
  waiting_ = false;
  timer_.cancel();
  Wake();
}

void Follower::End() {
  for (auto& ended : std::exchange(ended_, {})) ended();
}

FileWatcher::Handler Follower::Waker() {
  return [weak = weak_from_this()] {
    if (auto self = weak.lock()) self->Wake();
  };
}

}  // namespace crimux::vm
