#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "vmruntime/console/console_copy.h"
#include "vmruntime/console/console_log.h"
#include "vmruntime/console/file_watcher.h"

namespace crimux::vm {

// How long to wait after an error.
struct RetryPolicy {
  // Doubled from try to try, up to the longest.
  std::chrono::milliseconds shortest{1'000};
  std::chrono::milliseconds longest{30'000};
  // How long the end of a console is tried in vain before its rest is given up.
  std::chrono::milliseconds at_end{2'000};
};

// Decides when a ConsoleCopy works: when its source grows, and again after an error. It takes turns
// of one chunk with the other followers of its io_context, so that a chatty VM delays nobody. Used
// on the io_context's thread only.
class Follower : public std::enable_shared_from_this<Follower> {
 public:
  // All but `spec` must outlive it. Throws Error.
  Follower(const ConsoleLogSpec& spec, const RetryPolicy& retry, boost::asio::io_context& context,
           FileWatcher& watcher, CopyBuffers& buffers);

  // Looks at the source soon.
  void Wake();
  // Calls `ended` once all is copied, or given up.
  void Finish(std::function<void()> ended);
  // Copies no more; calls what Finish was given.
  void End();
  // Throws Error.
  void Reopen();

 private:
  void TakeTurn();
  bool HasSource();
  void Work();
  void OnSuccess();
  void OnFailure(const std::exception& error);
  bool GivesUp(const std::exception& error);
  void RetryLater();
  void RetryNow();
  FileWatcher::Handler Waker();

  const std::string id_;
  const std::filesystem::path folder_;
  const RetryPolicy& retry_;
  boost::asio::io_context& context_;
  FileWatcher& watcher_;
  CopyBuffers& buffers_;
  ConsoleCopy copy_;
  FileWatcher::Watch folder_watch_;  // until the source is there
  FileWatcher::Watch source_watch_;
  boost::asio::steady_timer timer_;
  bool scheduled_ = false;  // a turn is queued
  bool waiting_ = false;    // for timer_
  bool failing_ = false;
  std::chrono::milliseconds delay_;
  std::vector<std::function<void()>> ended_;  // not empty: finishing
  std::optional<std::chrono::steady_clock::time_point> give_up_at_;
};

}  // namespace crimux::vm
